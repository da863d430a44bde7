# The service on a JVM: docker build -t afterimage/afterimage:0.2.0 .
# It runs as nobody in particular, and on a read-only root: only /data is written to, and only with afterimage.backend=local.
FROM eclipse-temurin:21-jdk AS build
WORKDIR /source
COPY . .
RUN ./mvnw -B -ntp package -DskipTests

FROM gcr.io/distroless/java21-debian12:nonroot
LABEL org.opencontainers.image.title="Afterimage" \
      org.opencontainers.image.description="Never pays twice for the same generated image." \
      org.opencontainers.image.version="0.2.0" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build --chown=65532:65532 /source/target/quarkus-app ./
COPY --from=build /source/target/bom.json /app/bom.json
WORKDIR /data
USER 65532:65532
# In a container loopback is nobody's: say who may call (AFTERIMAGE_AUTH_MODE), or that something in front asks
# (AFTERIMAGE_AUTH_OPEN=true); without either the start ends in words.
ENV QUARKUS_HTTP_HOST=0.0.0.0 AFTERIMAGE_DIRECTORY=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-jar", "/app/quarkus-run.jar", "--healthy"]
ENTRYPOINT ["java", "-XX:+UseParallelGC", "-XX:MaxRAMPercentage=75", "-Dorg.sqlite.tmpdir=/data", "-jar", "/app/quarkus-run.jar"]

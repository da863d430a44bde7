package dev.afterimage.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts an {@link S3Server} for a {@code @QuarkusTest} and points the service to it. */
public final class S3ServerResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable S3Server server;

    @Override
    public Map<String, String> start() {
        server = S3Server.start();
        return Map.of(
                "quarkus.s3.endpoint-override",
                server.endpoint().toString(),
                "quarkus.s3.path-style-access",
                "true",
                "quarkus.s3.aws.region",
                "us-east-1",
                "quarkus.s3.aws.credentials.type",
                "static",
                "quarkus.s3.aws.credentials.static-provider.access-key-id",
                S3Server.ACCESS_KEY,
                "quarkus.s3.aws.credentials.static-provider.secret-access-key",
                S3Server.SECRET_KEY,
                "afterimage.s3.bucket",
                S3Server.BUCKET);
    }

    @Override
    public void stop() {
        if (server != null) {
            server.close();
        }
    }
}

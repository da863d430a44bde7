package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.BODY_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.SIGNING_KEY_MISSING;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes signed request links. */
@Path("/v1/links")
public final class LinkResource {

    /** The most characters of a link: some browsers, crawlers and proxies cut longer URLs off. */
    private static final int LONGEST_URL = 8_000;

    private final RequestLinks links;
    private final Optional<URI> baseUrl;
    private final Clock clock;

    LinkResource(RequestLinks links, LinkConfig config, Clock clock) {
        this.links = links;
        this.baseUrl = config.baseUrl();
        this.clock = clock;
    }

    /** Has the body's media type, time and size checked before the resource is called. */
    static void register(@Observes Router router, HttpConfig config) {
        JsonBody.of(router, "/v1/links", config.bodyTimeout());
    }

    /** A link as a page uses it. */
    public record Signed(String url) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Signed sign(@Context RoutingContext http, @Context UriInfo uri) {
        Expiry expiry = new Expiry();
        ImageRequest request = ImageRequestReader.read(JsonBody.bytes(http), "expires", expiry);
        if (expiry.at != null && !expiry.at.isAfter(clock.instant())) {
            throw new InvalidRequestException("Let expires lie in the future, or leave it out.", "expires");
        }
        if (expiry.at != null && expiry.at.getEpochSecond() > RequestLinks.LATEST_EXPIRY) {
            throw new InvalidRequestException(
                    "Let expires lie before the year 5138, and write it in seconds, not in milliseconds.", "expires");
        }
        if (!links.canSign()) {
            throw noSecret();
        }
        String root = baseUrl.orElseGet(uri::getBaseUri).toString();
        String url = (root.endsWith("/") ? root.substring(0, root.length() - 1) : root)
                + links.sign(request, Optional.ofNullable(expiry.at));
        if (url.length() > LONGEST_URL) {
            throw ProblemException.of(
                    BODY_TOO_LARGE,
                    "The link would have " + url.length() + " characters and may have " + LONGEST_URL
                            + ". Send less data, or ask for the image with POST /v1/images.");
        }
        return new Signed(url);
    }

    /** 503: the operator has configured no secret to sign links with. */
    static ProblemException noSecret() {
        return ProblemException.of(
                SIGNING_KEY_MISSING,
                "The service's operator must give it a secret to sign links with: afterimage.links.secrets.\"id\", at least 32"
                        + " bytes of text, or afterimage.links.stored-secrets.");
    }

    /** Reads {@code expires}: an RFC 3339 time, or seconds since 1970. */
    private static final class Expiry implements ImageRequestReader.Member {

        private @Nullable Instant at;

        @Override
        public void read(JsonParser parser, @Nullable JsonToken value) throws IOException {
            try {
                at = switch (value) {
                    case VALUE_NULL -> null;
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                        Instant.ofEpochSecond(new BigDecimal(parser.getText()).longValueExact());
                    case VALUE_STRING -> OffsetDateTime.parse(parser.getText()).toInstant();
                    case null, default -> throw unreadable();
                };
            } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
                throw unreadable();
            }
        }

        private static InvalidRequestException unreadable() {
            return new InvalidRequestException(
                    "Write expires as a time such as \"2026-12-24T18:00:00Z\", or in seconds since 1970.", "expires");
        }
    }
}

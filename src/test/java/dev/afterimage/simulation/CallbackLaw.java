package dev.afterimage.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import dev.afterimage.simulation.Fleet.Promised;
import dev.afterimage.simulation.Receivers.Told;
import java.time.Duration;
import java.time.Instant;

/**
 * Law 7 for callbacks of images: a caller that was answered 202 and wants a callback gets one, not before the image is there
 * or was given up, and soon after that.
 */
final class CallbackLaw {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How long after the end of its image a callback may come: its job looks for the image every 30 s, or after 20 min where
     * nothing is known of the image, may need eight attempts, and its worker may die.
     */
    private static final Duration SOON = Duration.ofMinutes(30);

    private final Fleet fleet;
    private final Laws laws;
    private final UrlLaw urls;

    CallbackLaw(Fleet fleet, Laws laws, UrlLaw urls) {
        this.fleet = fleet;
        this.laws = laws;
        this.urls = urls;
    }

    void check() {
        fleet.promises().forEach(this::check);
    }

    private void check(Promised promise) {
        for (Told told : promise.receiver().told) {
            check(promise, told);
        }
        if (promise.receiver().tookOne()) {
            fleet.tried(Trial.IMAGE_CALLED_BACK);
            long end = Math.max(fleet.calmSince(), laws.endOf(promise.request(), promise.begun()));
            if (!promise.receiver().tookOneBy(end + SOON.toNanos())) {
                fleet.violated("law 7", "%s was called back late, its image ended at %.3f s", promise, end / 1e9);
            }
        } else if (!fleet.isDeadCallback(promise.receiver())) {
            fleet.violated("law 7", "%s was not called back", promise);
        } else if (!promise.receiver().takesNothing() && fleet.queues().deliveredTwice() < 4) {
            fleet.violated("law 7", "%s would have been reached", promise);
        } else {
            fleet.tried(Trial.CALLBACK_GIVEN_UP);
        }
    }

    private void check(Promised promise, Told told) {
        JsonNode body = read(told.body());
        ImageKey key = new ImageKey(body.path("key").asText());
        if (!key.equals(promise.key())) {
            fleet.violated("law 5", "%s was called back with another image: %s", promise, told.body());
        } else if (!body.has("url")) {
            fleet.tried(Trial.FAILURE_CALLED_BACK);
            if (!laws.isGivenUp(key, promise.begun(), told.at())) {
                fleet.violated("law 7", "%s was told at %.3f s of a failure that was none", promise, told.at() / 1e9);
            }
        } else {
            Instant createdAt = time(body, "createdAt");
            if (!laws.isThere(key, createdAt, told.at())) {
                fleet.violated("law 7", "%s was told of an image before it was there: %s", promise, told.body());
            }
            urls.check(
                    new SignedUrl(body.path("url").asText(), time(body, "urlExpiresAt")), key, createdAt, told.made());
        }
    }

    private static Instant time(JsonNode body, String member) {
        return Instant.parse(body.path(member).asText());
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a callback is no JSON: " + json, broken);
        }
    }
}

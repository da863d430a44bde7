package dev.afterimage.provider.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Placid: placid.app/docs/2.0/rest/images and /rate-limit. Two requests at once with create_now; creating and getting 30 a
 * minute each. Every second image is queued all the same.
 */
public final class PlacidDouble extends ApiDouble {

    private static final String API = "https://api.placid.app/api/rest/images";
    private final ExactWindow creating;
    private final ExactWindow getting;
    private int asked;

    public PlacidDouble(Clock clock) {
        super(clock, "placid", "Placid", "storage.placid.app");
        creating = new ExactWindow(30, Duration.ofMinutes(1), clock);
        getting = new ExactWindow(30, Duration.ofMinutes(1), clock);
    }

    @Override
    boolean isTooMany(ZooCall call) {
        return call.isGet() ? !getting.arrive() : !creating.arrive() || callsInFlight() > 2;
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{'message':'Unauthenticated.'}");
        }
        if (call.isGet()) {
            String id = call.target().substring(call.target().lastIndexOf('/') + 1);
            return knows(id) ? image(id) : ZooAnswer.json(404, "{'message':'Not found'}");
        }
        JsonNode layers = call.json().path("layers");
        boolean asDocumented = call.isPost(API)
                && call.json().path("create_now").asBoolean()
                && layers.path("title").path("text").isTextual()
                && layers.path("photo").path("image").isTextual();
        if (!asDocumented) {
            return ZooAnswer.json(422, "{'message':'The given data was invalid.'}");
        }
        return image(begin(asked++ % 2 == 0 ? Duration.ZERO : Duration.ofSeconds(5)))
                .with("X-RateLimit-Limit", "30")
                .after(Duration.ofSeconds(2));
    }

    private ZooAnswer image(String id) {
        return isReady(id)
                ? ZooAnswer.json(
                        200, "{'id':1,'status':'finished','image_url':'" + resultUrl() + "','polling_url':null}")
                : ZooAnswer.json(
                        200, "{'id':1,'status':'queued','image_url':null,'polling_url':'" + API + "/" + id + "'}");
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'message':'Too Many Attempts.'}").with("Retry-After", "60");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("unauthenticated", ZooAnswer.json(401, "{'message':'Unauthenticated.'}")),
                DocumentedError.rejected(
                        "invalid data", ZooAnswer.json(422, "{'message':'The given data was invalid.'}"), Reason.DATA),
                DocumentedError.rejected("no template", ZooAnswer.json(404, "{}"), Reason.TEMPLATE),
                DocumentedError.throttled("too many", tooMany(), Duration.ofMinutes(1)),
                DocumentedError.unusable("there was an error", ZooAnswer.json(200, "{'id':1,'status':'error'}")));
    }
}

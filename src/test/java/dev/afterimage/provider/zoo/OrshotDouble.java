package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Orshot: orshot.com/help/render-images-via-api and orshot.com/docs/error-reference. */
public final class OrshotDouble extends ApiDouble {

    public OrshotDouble(Clock clock) {
        super(clock, "orshot", "Orshot", "storage.orshot.com");
    }

    @Override
    public double cost() {
        return 2;
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(400, "{'error':'Access Forbidden: Invalid API Key'}");
        }
        boolean asDocumented = call.isPost("https://api.orshot.com/v1/studio/render")
                && call.json().path("templateId").asText().equals("card")
                && call.json().at("/modifications/title").isTextual()
                && call.json().at("/response/type").asText().equals("url")
                && call.json().at("/response/format").asText().equals("png");
        if (!asDocumented) {
            return ZooAnswer.json(400, "{'error':'Bad request'}");
        }
        return ZooAnswer.json(200, "{'data':{'content':'" + makeResult() + "','format':'png','type':'url'}}")
                .after(Duration.ofSeconds(2));
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{}").with("X-RateLimit-Reset", "30");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("too many", tooMany(), Duration.ofSeconds(30)),
                DocumentedError.refused(
                        "no header",
                        ZooAnswer.json(
                                403, "{'error':'Access Forbidden: Authorization header is missing in the request'}")),
                DocumentedError.refused("key", ZooAnswer.json(400, "{'error':'Access Forbidden: Invalid API Key'}")),
                DocumentedError.rejected("bad request", ZooAnswer.json(400, "{'error':'Bad request'}"), Reason.DATA));
    }
}

package dev.afterimage.provider.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Templated: templated.io/docs/renders/create, help.templated.io "API Error Handling" (11 Jan 2026). */
public final class TemplatedDouble extends ApiDouble {

    public TemplatedDouble(Clock clock) {
        super(clock, "templated", "Templated", "templated-assets.s3.amazonaws.com");
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{'error':'Not authorized'}");
        }
        if (!call.isPost("https://api.templated.io/v1/render") || !call.isJson()) {
            return ZooAnswer.json(400, "{'error':'Bad request'}");
        }
        JsonNode layers = call.json().path("layers");
        boolean asDocumented = layers.path("title").path("text").isTextual()
                && layers.path("photo").path("image_url").isTextual()
                && List.of("jpg", "png", "webp")
                        .contains(call.json().path("format").asText());
        if (!asDocumented) {
            return ZooAnswer.json(400, "{'error':'Layers are wrong'}");
        }
        return ZooAnswer.json(200, "{'id':'1','url':'" + makeResult() + "','width':1920,'format':'png'}")
                .after(Duration.ofSeconds(2));
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'error':'Too many requests'}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("not authorized", ZooAnswer.json(401, "{'error':'Not authorized'}")),
                DocumentedError.refused(
                        "key not valid",
                        ZooAnswer.json(403, "{'error':'API key not valid. Please check your Authorization header.'}")),
                DocumentedError.outOfCredits(
                        "quota exceeded",
                        ZooAnswer.json(
                                403, "{'error':'API quota exceeded. Upgrade your plan to generate more renders.'}")),
                DocumentedError.refused(
                        "account blocked",
                        ZooAnswer.json(403, "{'error':'Your account is blocked. Please contact support.'}")),
                DocumentedError.rejected(
                        "template not found", ZooAnswer.json(404, "{'error':'Template not found'}"), Reason.TEMPLATE),
                DocumentedError.rejected(
                        "no template", ZooAnswer.json(400, "{'error':'No template specified.'}"), Reason.DATA),
                DocumentedError.throttled("too many", ZooAnswer.json(429, "{'error':'Too many requests'}")),
                DocumentedError.unknown("server error", ZooAnswer.json(500, "{}")));
    }
}

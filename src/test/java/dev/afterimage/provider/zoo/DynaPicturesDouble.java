package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** DynaPictures: dynapictures.com/docs, Image Generation. */
public final class DynaPicturesDouble extends ApiDouble {

    public DynaPicturesDouble(Clock clock) {
        super(clock, "dynapictures", "DynaPictures");
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (call.isGet()) {
            return ZooAnswer.image(IMAGE);
        }
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{}");
        }
        if (!call.isPost("https://api.dynapictures.com/designs/card")) {
            return ZooAnswer.json(404, "{}");
        }
        boolean asDocumented = call.json().path("params").isArray()
                && call.json().at("/params/0/imageUrl").isTextual()
                && call.json().at("/params/1/text").isTextual();
        if (!asDocumented) {
            return ZooAnswer.json(400, "{}");
        }
        bill();
        return ZooAnswer.json(200, "{'id':'c13','imageUrl':'https://api.dynapictures.com/images/d12/e26.png'}")
                .after(Duration.ofSeconds(2));
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("key", ZooAnswer.json(401, "{}")),
                DocumentedError.rejected("template", ZooAnswer.json(404, "{}"), Reason.TEMPLATE),
                DocumentedError.rejected("bad request", ZooAnswer.json(400, "{}"), Reason.DATA));
    }
}

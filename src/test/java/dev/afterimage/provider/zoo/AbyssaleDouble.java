package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Abyssale: developers.abyssale.com, synchronous generation. */
public final class AbyssaleDouble extends ApiDouble {

    public AbyssaleDouble(Clock clock) {
        super(clock, "abyssale", "Abyssale", "cdn.abyssale.com");
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("x-api-key").equals(KEY)) {
            return ZooAnswer.json(403, "{'message':'Forbidden'}");
        }
        if (!call.isPost("https://api.abyssale.com/banner-builder/card/generate")) {
            return ZooAnswer.json(404, "{'message':'Not found'}");
        }
        boolean asDocumented = call.isJson()
                && call.json().at("/elements/title/payload").isTextual()
                && call.json().at("/elements/photo/image_url").isTextual()
                && call.json().path("image_file_type").asText().equals("png");
        if (!asDocumented) {
            return ZooAnswer.json(400, "{'message':'Bad elements'}");
        }
        String url = makeResult();
        return ZooAnswer.json(
                        200,
                        "{'id':'1','file':{'type':'png','url':'https://production-banners.s3.eu-west-1.amazonaws.com/1.png',"
                                + "'cdn_url':'" + url + "'}}")
                .after(Duration.ofSeconds(2));
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("key", ZooAnswer.json(403, "{'message':'Forbidden'}")),
                DocumentedError.rejected("elements", ZooAnswer.json(400, "{'message':'Bad'}"), Reason.DATA),
                DocumentedError.rejected("design", ZooAnswer.json(404, "{}"), Reason.TEMPLATE));
    }
}

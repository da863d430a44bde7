package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Creatomate: creatomate.com/docs/api. Every request counts against 30 in 10 seconds; the answer is an array. */
public final class CreatomateDouble extends ApiDouble {

    public CreatomateDouble(Clock clock) {
        super(clock, "creatomate", "Creatomate", "cdn.creatomate.com");
        allow(30, Duration.ofSeconds(10));
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{}");
        }
        if (call.isGet()) {
            String id = call.target().substring(call.target().lastIndexOf('/') + 1);
            if (!knows(id)) {
                return ZooAnswer.json(404, "{}");
            }
            return ZooAnswer.json(
                    200,
                    isReady(id)
                            ? "{'id':'" + id + "','status':'succeeded','url':'" + resultUrl() + "'}"
                            : "{'id':'" + id
                                    + "','status':'rendering','url':'https://cdn.creatomate.com/not-yet.png'}");
        }
        boolean asDocumented = call.isPost("https://api.creatomate.com/v1/renders")
                && call.json().path("template_id").asText().equals("card")
                && call.json().at("/modifications/title").isTextual();
        return asDocumented
                ? ZooAnswer.json(202, "[{'id':'" + begin(Duration.ofSeconds(5)) + "','status':'planned'}]")
                : ZooAnswer.json(400, "{'message':'Bad request'}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("too many", tooMany(), Duration.ofSeconds(10)),
                DocumentedError.refused("key", ZooAnswer.json(401, "{}")),
                DocumentedError.outOfCredits("credits", ZooAnswer.json(402, "{}")),
                DocumentedError.rejected("bad request", ZooAnswer.json(400, "{'message':'Bad'}"), Reason.DATA),
                DocumentedError.unusable(
                                "failed", ZooAnswer.json(200, "{'status':'failed','error_message':'No such font'}"))
                        .whenPolled());
    }
}

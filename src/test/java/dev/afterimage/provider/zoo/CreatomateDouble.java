package dev.afterimage.provider.zoo;

import dev.afterimage.generation.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Creatomate: creatomate.com/docs/api. Every request counts against 30 in 10 seconds; the answer is an array. */
public final class CreatomateDouble extends ApiDouble {

    private final ExactWindow window;

    public CreatomateDouble(Clock clock) {
        super(clock);
        window = new ExactWindow(30, Duration.ofSeconds(10), clock);
    }

    @Override
    public String kind() {
        return "creatomate";
    }

    @Override
    public String title() {
        return "Creatomate";
    }

    @Override
    Optional<String> resultHost() {
        return Optional.of("cdn.creatomate.com");
    }

    @Override
    public boolean isJob() {
        return true;
    }

    @Override
    boolean isTooMany(ZooCall call) {
        return !window.arrive();
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
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{}");
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

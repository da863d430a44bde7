package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Replicate: replicate.com/docs, create-a-prediction and rate-limits. 600 predictions and 3000 other requests a minute. With
 * Prefer: wait every second prediction ends within the answer; the others are jobs.
 */
public final class ReplicateDouble extends ApiDouble {

    private static final String API = "https://api.replicate.com/v1";
    private final ExactWindow creating;
    private final ExactWindow others;
    private int asked;

    public ReplicateDouble(Clock clock) {
        super(clock, "replicate", "Replicate", "replicate.delivery");
        creating = new ExactWindow(600, Duration.ofMinutes(1), clock);
        others = new ExactWindow(3_000, Duration.ofMinutes(1), clock);
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\",\"aspect_ratio\":\"1:1\"}";
    }

    @Override
    boolean isTooMany(ZooCall call) {
        return call.isGet() ? !others.arrive() : !creating.arrive();
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{'title':'Unauthenticated','detail':'You did not pass a valid token.'}");
        }
        if (call.isGet()) {
            String id = call.target().substring(call.target().lastIndexOf('/') + 1);
            return knows(id) ? prediction(200, id) : ZooAnswer.json(404, "{}");
        }
        boolean asDocumented = call.isPost(API + "/models/black-forest-labs/flux-schnell/predictions")
                && call.header("prefer").equals("wait")
                && call.json().at("/input/prompt").isTextual()
                && call.json().at("/input/output_format").asText().equals("png");
        if (!asDocumented) {
            return ZooAnswer.json(422, "{'title':'Input validation failed','detail':'- input: prompt is required'}");
        }
        String id = begin(asked++ % 2 == 0 ? Duration.ZERO : Duration.ofSeconds(4));
        return prediction(201, id).after(Duration.ofSeconds(1));
    }

    private ZooAnswer prediction(int status, String id) {
        boolean ready = isReady(id);
        return ZooAnswer.json(
                status,
                "{'id':'" + id + "','status':'" + (ready ? "succeeded" : "processing") + "','error':null,'output':"
                        + (ready ? "['" + resultUrl() + "']" : "null") + ",'urls':{'get':'" + API + "/predictions/"
                        + id + "','cancel':'" + API + "/predictions/" + id + "/cancel'}}");
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'detail':'Request was throttled. Your rate limit resets in ~30s.'}");
    }

    private static ZooAnswer failed(String error) {
        return ZooAnswer.json(200, "{'id':'job-0','status':'failed','error':'" + error + "','output':null}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("throttled", tooMany(), Duration.ofSeconds(30)),
                DocumentedError.outOfCredits(
                        "no credit", ZooAnswer.json(402, "{'title':'Insufficient credit','detail':'Add credit.'}")),
                DocumentedError.refused("token", ZooAnswer.json(401, "{'title':'Unauthenticated'}")),
                DocumentedError.refused("model", ZooAnswer.json(404, "{'title':'Not found'}")),
                DocumentedError.rejected(
                        "invalid input", ZooAnswer.json(422, "{'title':'Input validation failed'}"), Reason.DATA),
                DocumentedError.rejected(
                        "flagged at once",
                        failed("The input or output was flagged as sensitive. Please try again. (E005)"),
                        Reason.MODERATED),
                DocumentedError.unusable("failed at once", failed("CUDA out of memory")),
                DocumentedError.unknown("internal", ZooAnswer.json(500, "{}")));
    }
}

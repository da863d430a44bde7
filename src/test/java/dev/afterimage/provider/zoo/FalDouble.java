package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** fal: fal.ai/docs, inference/queue. The queue is never too full; status and result lie at the URLs that are answered. */
public final class FalDouble extends ApiDouble {

    private static final String URL = "https://queue.fal.run/fal-ai/flux/requests/";

    public FalDouble(Clock clock) {
        super(clock, "fal", "fal", "v3.fal.media");
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\"}";
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Key " + KEY)) {
            return ZooAnswer.json(401, "{'detail':'Unauthorized'}");
        }
        if (call.isGet()) {
            return get(call);
        }
        if (!call.isPost("https://queue.fal.run/fal-ai/flux/schnell")
                || !call.json().path("prompt").isTextual()) {
            return ZooAnswer.json(422, "{'detail':[{'type':'missing','msg':'field required'}]}");
        }
        return ZooAnswer.json(200, state("IN_QUEUE", begin(Duration.ofSeconds(3))));
    }

    private static String state(String status, String id) {
        String url = URL + id;
        return "{'request_id':'" + id + "','status':'" + status + "','status_url':'" + url + "/status','response_url':'"
                + url + "'}";
    }

    private ZooAnswer get(ZooCall call) {
        boolean status = call.target().endsWith("/status");
        String path = status ? call.target().substring(0, call.target().length() - 7) : call.target();
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (!knows(id)) {
            return ZooAnswer.json(404, "{}");
        }
        if (status) {
            return isReady(id)
                    ? ZooAnswer.json(200, state("COMPLETED", id))
                    : ZooAnswer.json(202, state("IN_PROGRESS", id));
        }
        return ZooAnswer.json(200, "{'images':[{'url':'" + resultUrl() + "'}],'has_nsfw_concepts':[false]}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("key", ZooAnswer.json(401, "{'detail':'Unauthorized'}")),
                DocumentedError.outOfCredits(
                        "no balance", ZooAnswer.json(403, "{'detail':'User is locked. Reason: Exhausted balance.'}")),
                DocumentedError.rejected(
                        "bad input",
                        ZooAnswer.json(422, "{'detail':[{'type':'missing','msg':'field required'}]}"),
                        Reason.DATA),
                DocumentedError.rejected(
                                "content policy",
                                ZooAnswer.json(422, "{'detail':[{'type':'content_policy_violation','msg':'flagged'}]}"),
                                Reason.MODERATED)
                        .whenPolled(),
                DocumentedError.refused("model", ZooAnswer.json(404, "{}")));
    }
}

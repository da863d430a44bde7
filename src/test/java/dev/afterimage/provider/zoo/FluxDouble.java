package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Black Forest Labs: docs.bfl.ai. 24 active tasks; polls only at the URL that was answered; results live 10 minutes. */
public final class FluxDouble extends ApiDouble {

    public FluxDouble(Clock clock) {
        super(clock, "flux", "Black Forest Labs FLUX", "delivery-eu1.bfl.ai");
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\",\"width\":1024}";
    }

    @Override
    public double cost() {
        return 4;
    }

    @Override
    Duration resultLife() {
        return Duration.ofMinutes(10);
    }

    @Override
    boolean isTooMany(ZooCall call) {
        return !call.isGet() && active() >= 24;
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("x-key").equals(KEY)) {
            return ZooAnswer.json(403, "{'detail':'Not authenticated'}");
        }
        if (call.isGet()) {
            return poll(call);
        }
        if (!call.isPost("https://api.bfl.ai/v1/flux-pro-1.1")
                || !call.json().path("prompt").isTextual()) {
            return ZooAnswer.json(422, "{'detail':[{'loc':['body','prompt'],'msg':'Field required'}]}");
        }
        String id = begin(Duration.ofSeconds(7));
        if (call.json().has("webhook_url")) {
            return ZooAnswer.json(200, "{'id':'" + id + "','status':'Pending','webhook_url':'told'}");
        }
        return ZooAnswer.json(
                200, "{'id':'" + id + "','polling_url':'https://api.eu1.bfl.ai/v1/get_result?id=" + id + "'}");
    }

    private ZooAnswer poll(ZooCall call) {
        String id = call.target().substring(call.target().indexOf('=') + 1);
        if (!call.host().equals("api.eu1.bfl.ai") || !knows(id)) {
            return ZooAnswer.json(404, "{'status':'Task not found'}");
        }
        return ZooAnswer.json(
                200,
                isReady(id)
                        ? "{'id':'" + id + "','status':'Ready','result':{'sample':'" + resultUrl() + "'}}"
                        : "{'id':'" + id + "','status':'Pending','result':null}");
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'detail':'Too many active tasks'}");
    }

    private static ZooAnswer state(String status) {
        return ZooAnswer.json(200, "{'id':'job-0','status':'" + status + "','result':null}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("too many tasks", tooMany()),
                DocumentedError.outOfCredits("no credits", ZooAnswer.json(402, "{'detail':'Insufficient credits'}")),
                DocumentedError.refused("key", ZooAnswer.json(403, "{'detail':'Not authenticated'}")),
                DocumentedError.rejected("bad request", ZooAnswer.json(400, "{'detail':'Bad'}"), Reason.DATA),
                DocumentedError.rejected(
                        "invalid field", ZooAnswer.json(422, "{'detail':[{'msg':'Field required'}]}"), Reason.DATA),
                DocumentedError.unknown("internal", ZooAnswer.json(500, "{}")),
                DocumentedError.unavailable("maintenance", ZooAnswer.json(503, "{}")),
                DocumentedError.rejected("request moderated", state("Request Moderated"), Reason.MODERATED)
                        .whenPolled(),
                DocumentedError.rejected("content moderated", state("Content Moderated"), Reason.MODERATED)
                        .whenPolled(),
                DocumentedError.unusable("error", state("Error")).whenPolled());
    }
}

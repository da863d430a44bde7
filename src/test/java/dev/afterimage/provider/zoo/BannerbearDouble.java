package dev.afterimage.provider.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Bannerbear, developers.bannerbear.com: both hosts; 30 requests per 10 seconds over all end points, polls included. */
public final class BannerbearDouble extends ApiDouble {

    private static final String API = "https://api.bannerbear.com/v2/images";
    private final boolean job;

    public BannerbearDouble(Clock clock, boolean job) {
        super(
                clock,
                job ? "bannerbear-job" : "bannerbear",
                job ? "Bannerbear (job)" : "Bannerbear",
                "images.bannerbear.com");
        this.job = job;
        allow(30, Duration.ofSeconds(10));
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return ZooAnswer.json(401, "{'message':'Unauthorized'}");
        }
        if (call.isGet()) {
            return poll(call.target().substring(call.target().lastIndexOf('/') + 1));
        }
        if (!call.isPost(job ? API : API.replace("api", "sync.api")) || !call.isJson()) {
            return ZooAnswer.json(404, "{'message':'Not found'}");
        }
        JsonNode changes = call.json().path("modifications");
        boolean asDocumented = changes.isArray()
                && changes.findValuesAsText("name").containsAll(List.of("title", "photo"))
                && changes.findValue("text") != null
                && changes.findValue("image_url") != null;
        if (!asDocumented) {
            return ZooAnswer.json(400, "{'message':'Modifications are wrong'}");
        }
        return job
                ? image(202, "pending", begin(Duration.ofSeconds(3)))
                : image(200, "completed", begin(Duration.ZERO)).after(Duration.ofSeconds(3));
    }

    private ZooAnswer poll(String id) {
        return knows(id)
                ? image(200, isReady(id) ? "completed" : "pending", id)
                : ZooAnswer.json(404, "{'message':'Not found'}");
    }

    private ZooAnswer image(int status, String state, String id) {
        String url = state.equals("completed") ? "'" + resultUrl() + "'" : "null";
        return ZooAnswer.json(
                status,
                "{'uid':'" + id + "','status':'" + state + "','self':'" + API + "/" + id + "','image_url':" + url
                        + ",'image_url_png':" + url + ",'image_url_jpg':null}");
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'message':'Too many requests'}");
    }

    @Override
    public List<DocumentedError> errors() {
        List<DocumentedError> errors = new ArrayList<>(List.of(
                DocumentedError.rejected("bad request", ZooAnswer.json(400, "{'message':'Bad'}"), Reason.DATA),
                DocumentedError.refused("unauthorized", ZooAnswer.json(401, "{'message':'Unauthorized'}")),
                DocumentedError.outOfCredits("quota used up", ZooAnswer.json(402, "{'message':'API quota exceeded'}")),
                DocumentedError.rejected("not found", ZooAnswer.json(404, "{'message':'Not found'}"), Reason.TEMPLATE),
                DocumentedError.throttled("too many", tooMany(), Duration.ofSeconds(10)),
                DocumentedError.unknown("server error", ZooAnswer.json(500, "{}")),
                DocumentedError.unavailable("maintenance", ZooAnswer.json(503, "{}"))));
        errors.add(
                job
                        ? DocumentedError.unusable("render failed", ZooAnswer.json(200, "{'status':'failed'}"))
                                .whenPolled()
                        : DocumentedError.unknown("took too long", ZooAnswer.json(408, "{}")));
        return errors;
    }
}

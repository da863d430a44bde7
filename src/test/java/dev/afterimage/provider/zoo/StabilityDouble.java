package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Stability AI, Stable Image Core: 150 requests per 10 seconds; who asks more often is refused for a minute. */
public final class StabilityDouble extends ApiDouble {

    private final ExactWindow window;
    private Instant banned = Instant.MIN;

    public StabilityDouble(Clock clock) {
        super(clock, "stability", "Stability AI");
        window = new ExactWindow(150, Duration.ofSeconds(10), clock);
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\",\"seed\":" + number + "}";
    }

    @Override
    public double cost() {
        return 3;
    }

    @Override
    boolean isTooMany(ZooCall call) {
        if (!window.arrive()) {
            banned = clock.instant().plusSeconds(60);
        }
        return clock.instant().isBefore(banned);
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return error(401, "unauthorized");
        }
        Map<String, String> form = call.form();
        boolean asDocumented = call.isPost("https://api.stability.ai/v2beta/stable-image/generate/core")
                && call.header("content-type").startsWith("multipart/form-data")
                && call.header("accept").equals("application/json")
                && form.getOrDefault("prompt", "").startsWith("a cat")
                && form.getOrDefault("seed", "").matches("[0-9]+")
                && form.getOrDefault("output_format", "").equals("png");
        if (!asDocumented) {
            return error(400, "bad_request");
        }
        bill();
        return made("SUCCESS").after(Duration.ofSeconds(4));
    }

    /** A filtered image is there, too, but blurred. */
    private static ZooAnswer made(String finishReason) {
        return ZooAnswer.json(
                200, "{'image':'" + BASE64 + "','finish_reason':'" + finishReason + "','seed':343940597}");
    }

    private static ZooAnswer error(int status, String name) {
        return ZooAnswer.json(status, "{'id':'a3b1','name':'" + name + "','errors':['some-field: is required']}");
    }

    @Override
    ZooAnswer tooMany() {
        return error(429, "rate_limit_exceeded");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("rate limit", tooMany(), Duration.ofSeconds(60)),
                DocumentedError.rejected("moderation", error(403, "content_moderation"), Reason.MODERATED),
                DocumentedError.rejected("filtered image", made("CONTENT_FILTERED"), Reason.MODERATED),
                DocumentedError.rejected("bad request", error(400, "bad_request"), Reason.DATA),
                DocumentedError.rejected("too large", error(413, "payload_too_large"), Reason.DATA),
                DocumentedError.rejected("language", error(422, "invalid_language"), Reason.DATA),
                DocumentedError.outOfCredits("no credits", error(402, "payment_required")),
                DocumentedError.refused("key", error(401, "unauthorized")),
                DocumentedError.unknown("internal", error(500, "internal_error")));
    }
}

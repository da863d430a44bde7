package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Imejis, as the first users of this service met it; no documentation of its limits was found. */
public final class ImejisDouble extends ApiDouble {

    public ImejisDouble(Clock clock) {
        super(clock, "imejis", "Imejis");
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("dma-api-key").equals(KEY)) {
            return ZooAnswer.json(404, "{'message':'Key not found'}");
        }
        if (!call.isPost("https://render.imejis.io/v1/card?format=png")) {
            return ZooAnswer.json(404, "{'message':'Design not found'}");
        }
        if (!call.isJson() || !call.json().has("title")) {
            return ZooAnswer.json(400, "{}");
        }
        bill();
        return ZooAnswer.image(IMAGE).after(Duration.ofMillis(800));
    }

    @Override
    ZooAnswer tooMany() {
        return rateLimit();
    }

    private ZooAnswer rateLimit() {
        return ZooAnswer.json(
                429,
                "{'reason':'rate-limit','data':{'resetAt':'" + clock.instant().plusSeconds(20) + "'}}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("rate limit", rateLimit(), Duration.ofSeconds(20)),
                DocumentedError.refused("no plan", ZooAnswer.json(429, "{'reason':'no-plan'}")),
                DocumentedError.outOfCredits("credits", ZooAnswer.json(429, "{'reason':'out-of-credits'}")),
                DocumentedError.outOfCredits(
                        "a wait of a month",
                        ZooAnswer.json(
                                429,
                                "{'reason':'limit','data':{'resetAt':'"
                                        + clock.instant().plus(Duration.ofDays(30)) + "'}}")),
                DocumentedError.refused("unknown key", ZooAnswer.json(404, "{'message':'Key not found'}")),
                DocumentedError.rejected(
                        "unknown design", ZooAnswer.json(404, "{'message':'Design not found'}"), Reason.TEMPLATE),
                DocumentedError.rejected("bad data", ZooAnswer.json(400, "{}"), Reason.DATA));
    }
}

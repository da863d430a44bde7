package dev.afterimage.redis;

import dev.afterimage.image.Sha256;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The callers' quotas of a fleet. Hours are those of the server's clock; Redis sees callers only as SHA-256 hashes. */
public final class RedisCallerQuota implements CallerQuota {

    private static final RedisScript SCRIPT = RedisScript.named("quota");

    private final RedisLink link;
    private final String prefix;
    private final OptionalInt limit;
    private final Supplier<String> fixedTime;

    /**
     * The quotas of all processes with this prefix.
     *
     * @param limit requests per caller and clock hour, at least 1; empty allows everything, without asking Redis
     * @param fixedTime a clock for tests: microseconds since 1970; an empty string for the server's time
     */
    public RedisCallerQuota(RedisLink link, String prefix, OptionalInt limit, Supplier<String> fixedTime) {
        this.link = link;
        this.prefix = prefix + ":quota:";
        this.limit = limit;
        this.fixedTime = fixedTime;
    }

    @Override
    public Decision spend(Caller caller) {
        if (limit.isEmpty()) {
            return new Decision.Allowed(0);
        }
        ScriptReply answer = run("spend", caller, limit.getAsInt(), "");
        return answer.number(0) == 1
                ? new Decision.Allowed(answer.number(1))
                : new Decision.Exceeded(Duration.of(answer.number(1), ChronoUnit.MICROS));
    }

    @Override
    public void giveBack(Caller caller, Decision.Allowed counted) {
        if (limit.isPresent()) {
            run("giveBack", caller, limit.getAsInt(), Long.toString(counted.hour()));
        }
    }

    private ScriptReply run(String action, Caller caller, int most, String hour) {
        List<String> arguments = List.of(action, Integer.toString(most), fixedTime.get(), hour);
        return RedisUnavailableException.forFleet(
                "The callers' quotas cannot be reached.",
                () -> SCRIPT.call(link, List.of(prefix + Sha256.hex(caller.id())), arguments));
    }
}

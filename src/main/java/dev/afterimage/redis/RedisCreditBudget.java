package dev.afterimage.redis;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The credits of a fleet. A count that Redis lost is taken up again from the highest that any process remembers.
 *
 * <p>While Redis cannot be asked, nothing is spent.
 */
public final class RedisCreditBudget implements CreditBudget {

    private static final RedisScript SCRIPT = RedisScript.named("credits");
    /** Long enough to give a credit of last month back. */
    private static final Duration KEPT_FOR = Duration.ofDays(70);

    /** The last count this process saw. */
    private record Known(String epoch, String month, long used) {}

    private final RedisLink link;
    private final List<String> keys;
    private final OptionalLong limit;
    private final Supplier<String> tokens;
    private final Clock clock;
    private final AtomicReference<Known> known = new AtomicReference<>(new Known("", "", 0));

    /**
     * The budget of all processes with this prefix.
     *
     * @param limit the month's credits; empty counts without a limit
     * @param tokens random words, no two alike
     */
    public RedisCreditBudget(
            RedisLink link, RedisConfig config, OptionalLong limit, Supplier<String> tokens, Clock clock) {
        this.link = link;
        this.keys = List.of(config.prefix() + ":credits");
        this.limit = limit;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public Decision reserve() {
        YearMonth month = currentMonth();
        return run("reserve", month.toString()).number(0) == 1
                ? new Reserved(month.toString())
                : new Exhausted(month.plusMonths(1)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
    }

    @Override
    public void giveBack(Reserved reservation) {
        run("giveBack", reservation.month());
    }

    @Override
    public Status status() {
        return new Status(run("status", currentMonth().toString()).number(1), limit);
    }

    private ScriptReply run(String action, String month) {
        Known before = known.get();
        List<String> arguments = List.of(
                action,
                month,
                Long.toString(limit.orElse(-1)),
                tokens.get(),
                before.epoch(),
                before.month(),
                Long.toString(before.used()),
                Long.toString(KEPT_FOR.toSeconds()));
        try {
            ScriptReply answer = SCRIPT.call(link, keys, arguments);
            known.set(new Known(answer.word(2), month, answer.number(1)));
            return answer;
        } catch (RedisUnavailableException gone) {
            throw new BudgetUnavailableException("The month's credits cannot be counted: Redis is out of reach.", gone);
        }
    }

    private YearMonth currentMonth() {
        return YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    }
}

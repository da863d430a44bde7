package dev.afterimage.redis;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The credits of a fleet. A count that Redis lost is taken up again from the highest that any process remembers, or that was
 * noted outside of Redis within the last minutes, for when no process has lived through the loss.
 *
 * <p>While Redis cannot be asked, nothing is spent.
 */
public final class RedisCreditBudget implements CreditBudget {

    private static final System.Logger LOG = System.getLogger(RedisCreditBudget.class.getName());

    private static final RedisScript SCRIPT = RedisScript.named("credits");
    /** Long enough to give a credit of last month back. */
    private static final Duration KEPT_FOR = Duration.ofDays(70);

    /** A process notes the count when it spends, but not more often than this. */
    static final Duration NOTED_EVERY = Duration.ofMinutes(5);

    private static final Pattern NOTED = Pattern.compile("(\\S+) (\\d{4}-\\d\\d) (\\d{1,18})");

    /** Where the count is kept outside of Redis. Both may fail; then it is tried again. */
    public interface Note {

        /** For fleets that keep no such note. */
        Note NONE = new Note() {
            @Override
            public Optional<String> read() {
                return Optional.empty();
            }

            @Override
            public void write(String count) {}
        };

        /** The last one; empty when there is none. */
        Optional<String> read();

        void write(String count);
    }

    /** The last count this process saw. */
    private record Known(String epoch, String month, long used) {

        static final Known NOTHING = new Known("", "", 0);

        String text() {
            return epoch + " " + month + " " + used;
        }

        static Known of(String text) {
            Matcher parts = NOTED.matcher(text);
            return parts.matches()
                    ? new Known(parts.group(1), parts.group(2), Long.parseLong(parts.group(3)))
                    : NOTHING;
        }
    }

    private final RedisLink link;
    private final List<String> keys;
    private final OptionalLong limit;
    private final Supplier<String> tokens;
    private final Clock clock;
    private final Note note;
    private final AtomicReference<Known> known = new AtomicReference<>(Known.NOTHING);
    private final AtomicReference<Instant> noteAgainAt = new AtomicReference<>(Instant.MIN);

    /**
     * The budget of all processes with this prefix.
     *
     * @param limit the month's credits; empty counts without a limit
     * @param note not used without a limit
     * @param tokens random words, no two alike
     */
    public RedisCreditBudget(
            RedisLink link, RedisConfig config, OptionalLong limit, Note note, Supplier<String> tokens, Clock clock) {
        this.link = link;
        this.keys = List.of(config.prefix() + ":credits");
        this.limit = limit;
        this.note = limit.isPresent() ? note : Note.NONE;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public Decision reserve() {
        YearMonth month = currentMonth();
        boolean taken = run("reserve", month.toString()).number(0) == 1;
        if (taken) {
            noteNowAndThen();
        }
        return taken
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
        Known seen = known.get();
        Known before = seen.epoch().isEmpty() ? noted() : seen;
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

    private Known noted() {
        try {
            return note.read().map(Known::of).orElse(Known.NOTHING);
        } catch (RuntimeException unavailable) {
            LOG.log(
                    Level.WARNING,
                    "The note of the month's credits cannot be read; Redis' own count is taken",
                    unavailable);
            return Known.NOTHING;
        }
    }

    private void noteNowAndThen() {
        Instant now = clock.instant();
        Instant due = noteAgainAt.get();
        if (now.isBefore(due) || !noteAgainAt.compareAndSet(due, now.plus(NOTED_EVERY))) {
            return;
        }
        try {
            note.write(known.get().text());
        } catch (RuntimeException unavailable) {
            LOG.log(Level.WARNING, "The month's credits cannot be noted; another try in some minutes", unavailable);
        }
    }

    private YearMonth currentMonth() {
        return YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    }
}

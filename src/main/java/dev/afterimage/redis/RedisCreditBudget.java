package dev.afterimage.redis;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import dev.afterimage.store.ImageStore;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The counts of what a fleet's images cost. When Redis has lost an account's count, the count starts again from the
 * highest that any process remembers; when no process is left that saw one, from a note in the store, which may be
 * minutes old.
 *
 * <p>While Redis cannot be reached, nothing is spent.
 */
public final class RedisCreditBudget implements CreditBudget {

    private static final System.Logger LOG = System.getLogger(RedisCreditBudget.class.getName());

    private static final String UNAVAILABLE = "The month's credits cannot be counted: Redis is out of reach.";
    private static final RedisScript SCRIPT = RedisScript.named("credits");
    /** How long a month's counts are kept: more than a year, so that the same month of the year before can be compared. */
    private static final Duration KEPT_FOR = Duration.ofDays(400);

    /** The shortest time between two notes of one process; it writes them when it spends. */
    static final Duration NOTED_EVERY = Duration.ofMinutes(5);

    /**
     * The name of the store's note, which holds the month's counts of accounts. It is written and read only for the
     * sake of accounts that have a budget.
     */
    static final String NOTE = "credits";

    /** The last count of an account in a month that this process saw. */
    private record Known(String epoch, String used) {
        private static final Known NOTHING = new Known("", "0");
        private static final Pattern NOTED = Pattern.compile("(\\S+) (\\d{1,18}) (.*)");

        private Known higher(Known other) {
            return Long.parseLong(other.used) > Long.parseLong(used) ? other : this;
        }

        /** One line of the note. It ends with the month and the account of the count. */
        private String line(String monthAndAccount) {
            return epoch + " " + used + " " + monthAndAccount;
        }

        private static Optional<Known> of(String line, String monthAndAccount) {
            return Optional.of(NOTED.matcher(line))
                    .filter(parts -> parts.matches() && parts.group(3).equals(monthAndAccount))
                    .map(parts -> new Known(parts.group(1), parts.group(2)));
        }
    }

    private final RedisLink link;
    private final String prefix;
    private final Budgets budgets;
    private final Supplier<String> tokens;
    private final Clock clock;
    private final ImageStore store;
    /** The counts that were seen, by month and account. */
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private final AtomicReference<Instant> noteAgainAt = new AtomicReference<>(Instant.MIN);

    /**
     * The budget of all processes with this prefix.
     *
     * @param store keeps a note of the counts outside of Redis; where it fails it is tried again later
     * @param tokens random words, no two alike
     */
    public RedisCreditBudget(
            RedisLink link,
            RedisConfig config,
            Budgets budgets,
            ImageStore store,
            Supplier<String> tokens,
            Clock clock) {
        this.store = store;
        this.link = link;
        this.prefix = config.prefix() + ":credits:";
        this.budgets = budgets;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public Decision reserve(Charge charge) {
        YearMonth month = CreditBudget.currentMonth(clock);
        long verdict = add(month.toString(), charge, Charge.micros(charge.cost()), true)
                .number(0);
        if (verdict == 1 && budgets.ofAccount(charge.account()) >= 0) {
            writeNoteIfDue(month.toString(), charge.account());
        }
        return verdict == 1
                ? new Reserved(month.toString(), charge)
                : Exhausted.in(month, verdict == 0 ? By.ACCOUNT : By.TENANT);
    }

    @Override
    public void settle(Reserved reservation, double cost) {
        Charge charge = reservation.charge();
        add(reservation.month(), charge, Charge.micros(cost) - Charge.micros(charge.cost()), false);
    }

    @Override
    public Status status(String account) {
        Charge nothing = new Charge(account, "", "", 0);
        return budgets.status(
                account,
                add(CreditBudget.currentMonth(clock).toString(), nothing, 0, false)
                        .number(1));
    }

    @Override
    public List<Usage> usage(String month, By by) {
        String kind = field(by, "");
        Request all = Request.cmd(Command.HGETALL).arg(prefix + month);
        Response fields = RedisUnavailableException.forFleet(UNAVAILABLE, () -> link.call(all));
        List<Usage> usage = new ArrayList<>();
        if (fields != null) {
            for (String field : fields.getKeys()) {
                long micros = field.startsWith(kind)
                        ? Long.parseLong(fields.get(field).toString())
                        : 0;
                if (micros > 0) {
                    usage.add(new Usage(field.substring(kind.length()), Charge.cost(micros)));
                }
            }
        }
        usage.sort(Comparator.comparing(Usage::name));
        return usage;
    }

    private static String field(By by, String name) {
        return by.name().toLowerCase(Locale.ROOT) + ":" + name;
    }

    private ScriptReply add(String month, Charge charge, long micros, boolean bounded) {
        String monthAndAccount = month + " " + charge.account();
        Known seen = known.get(monthAndAccount);
        Known before = seen == null ? fromNote(monthAndAccount, charge.account()) : seen;
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(micros),
                Long.toString(bounded ? budgets.ofAccount(charge.account()) : -1),
                Long.toString(bounded ? budgets.ofTenant(charge.tenant()) : -1),
                tokens.get(),
                before.epoch(),
                before.used(),
                Long.toString(KEPT_FOR.toSeconds())));
        for (By by : By.values()) {
            arguments.add(field(by, charge.name(by)));
        }
        ScriptReply answer = RedisUnavailableException.forFleet(
                UNAVAILABLE, () -> SCRIPT.call(link, List.of(prefix + month), arguments));
        known.put(monthAndAccount, new Known(answer.word(2), Long.toString(answer.number(1))));
        return answer;
    }

    private Known fromNote(String monthAndAccount, String account) {
        if (budgets.ofAccount(account) < 0) {
            return Known.NOTHING;
        }
        try {
            return store.note(NOTE).stream()
                    .flatMap(String::lines)
                    .flatMap(line -> Known.of(line, monthAndAccount).stream())
                    .findFirst()
                    .orElse(Known.NOTHING);
        } catch (RuntimeException unavailable) {
            LOG.log(
                    Level.WARNING,
                    "The note of the month's credits cannot be read; Redis' own count is taken",
                    unavailable);
            return Known.NOTHING;
        }
    }

    private void writeNoteIfDue(String month, String account) {
        Instant now = clock.instant();
        Instant due = noteAgainAt.get();
        if (now.isBefore(due) || !noteAgainAt.compareAndSet(due, now.plus(NOTED_EVERY))) {
            return;
        }
        try {
            // Of other accounts another process may have noted a newer count, which is higher.
            Map<String, Known> counts = new TreeMap<>();
            store.note(NOTE).stream()
                    .flatMap(String::lines)
                    .map(Known.NOTED::matcher)
                    .filter(line -> line.matches() && line.group(3).startsWith(month + " "))
                    .forEach(line -> counts.put(line.group(3), new Known(line.group(1), line.group(2))));
            known.forEach((monthAndAccount, count) -> {
                if (monthAndAccount.startsWith(month + " ")) {
                    counts.merge(monthAndAccount, count, Known::higher);
                }
            });
            counts.put(month + " " + account, known.get(month + " " + account));
            store.note(
                    NOTE,
                    counts.entrySet().stream()
                            .map(count -> count.getValue().line(count.getKey()))
                            .collect(Collectors.joining("\n")));
        } catch (RuntimeException unavailable) {
            LOG.log(Level.WARNING, "The month's credits cannot be noted; another try in some minutes", unavailable);
        }
    }
}

package dev.afterimage.filesystem;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import java.io.IOException;
import java.time.Clock;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * The credits used, a file a month, under {@code credits/}. Synced before a credit is handed out, because what a power cut
 * makes forgotten would be spent twice; those who ask at the same moment share the sync ({@link GroupCommit}). Former months
 * stay, as a record of a few bytes.
 */
public final class FilesystemCreditBudget implements CreditBudget {

    private final DataDirectory directory;
    private final OptionalLong limit;
    private final Clock clock;
    private final Map<YearMonth, GroupCommit<YearMonth, Boolean>> commitsByMonth = new ConcurrentHashMap<>();

    /**
     * A budget.
     *
     * @param limit the month's credits; empty counts without a limit
     */
    public FilesystemCreditBudget(DataDirectory directory, OptionalLong limit, Clock clock) {
        this.directory = directory;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public Decision reserve() {
        YearMonth month = currentMonth();
        GroupCommit<YearMonth, Boolean> commits =
                commitsByMonth.computeIfAbsent(month, now -> new GroupCommit<>(wanted -> take(now, wanted.size())));
        boolean taken = orUnavailable(() -> commits.commit(month));
        return taken
                ? new Reserved(month.toString())
                : new Exhausted(month.plusMonths(1)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
    }

    /** For each who wants one, whether there was one. */
    private List<Boolean> take(YearMonth month, int wanted) throws IOException {
        int taken = counterOf(month).raiseBy(wanted, limit.orElse(Long.MAX_VALUE));
        return IntStream.range(0, wanted).mapToObj(place -> place < taken).toList();
    }

    @Override
    public void giveBack(Reserved reservation) {
        YearMonth month = YearMonth.parse(reservation.month());
        orUnavailable(() -> {
            counterOf(month).lower();
            return month;
        });
    }

    @Override
    public Status status() {
        return new Status(orUnavailable(() -> counterOf(currentMonth()).read()), limit);
    }

    private YearMonth currentMonth() {
        return YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    }

    private CounterFile counterOf(YearMonth month) {
        return new CounterFile(
                directory, directory.mutex("credits"), directory.path("credits").resolve(month.toString()));
    }

    private <T> T orUnavailable(IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new BudgetUnavailableException(directory.explain(e), e);
        }
    }
}

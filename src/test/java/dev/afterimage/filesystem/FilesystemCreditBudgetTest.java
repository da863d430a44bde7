package dev.afterimage.filesystem;

import static dev.afterimage.filesystem.DirectoryListing.filesIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.Reserved;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The month's credits as a file. */
class FilesystemCreditBudgetTest extends CreditBudgetContract {

    @TempDir
    Path root;

    private final FailingDisk disk = new FailingDisk();

    @Override
    protected CreditBudget budget(OptionalLong limit, Clock clock) {
        return new FilesystemCreditBudget(new DataDirectory(root, clock, disk), limit, clock);
    }

    @Test
    void processesAtOnceNeverExceedTheLimit() throws Exception {
        List<String> months = new ArrayList<>();
        try (JavaProcess one = JavaProcess.start(Spender.class, root, 40);
                JavaProcess other = JavaProcess.start(Spender.class, root, 40)) {
            months.addAll(one.remainingLines());
            months.addAll(other.remainingLines());
        }

        assertThat(months).hasSize(40);
        assertThat(filesIn(root))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("40"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1 2"})
    void aCountThatCannotBeReadIsNoReasonToSpend(String damaged) throws IOException {
        CreditBudget budget = budget(OptionalLong.of(10), clock);
        budget.reserve();
        Files.writeString(root.resolve("credits/2026-11"), damaged);

        assertThatExceptionOfType(BudgetUnavailableException.class)
                .isThrownBy(budget::reserve)
                .withMessageContaining("afterimage.directory")
                .withMessageContaining("2026-11");
        assertThatExceptionOfType(BudgetUnavailableException.class).isThrownBy(budget::status);
    }

    @Test
    void aFullDiskIsAFailureThatCountsNothing() {
        CreditBudget budget = budget(OptionalLong.of(10), clock);
        Reserved reserved = (Reserved) budget.reserve();
        disk.fail(FailingDisk.Fault.FULL);

        assertThatExceptionOfType(BudgetUnavailableException.class)
                .isThrownBy(budget::reserve)
                .withMessageContaining("is full");
        assertThatExceptionOfType(BudgetUnavailableException.class).isThrownBy(() -> budget.giveBack(reserved));

        assertThat(budget.status().used()).isEqualTo(1);
    }

    /** A process that takes credits until there are none. */
    static final class Spender {

        public static void main(String[] args) {
            Clock clock = Clock.systemUTC();
            CreditBudget budget = new FilesystemCreditBudget(
                    new DataDirectory(Path.of(args[0]), clock), OptionalLong.of(Long.parseLong(args[1])), clock);
            while (budget.reserve() instanceof Reserved reserved) {
                System.out.println(reserved.month());
            }
        }
    }
}

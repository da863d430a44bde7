package dev.afterimage.provider.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.provider.demo.DemoProvider.DemoWindow;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DemoWindowTest {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final DemoWindow window = new DemoWindow(2, WINDOW, clock);

    @Test
    void callBeyondTheRateWaitsForTheOldestToLeaveTheWindow() {
        assertThat(window.arrive()).isEmpty();
        clock.advance(Duration.ofMillis(300));
        assertThat(window.arrive()).isEmpty();
        assertThat(window.arrive()).contains(Duration.ofMillis(700));
    }

    @Test
    void afterTheNamedWaitThereIsRoomAndNotAMillisecondBefore() {
        window.arrive();
        window.arrive();
        clock.advance(Duration.ofMillis(999));
        assertThat(window.arrive()).contains(Duration.ofMillis(1));
        clock.advance(Duration.ofMillis(1));
        assertThat(window.arrive()).isEmpty();
    }

    @Test
    void aRefusedArrivalDoesNotCount() {
        window.arrive();
        window.arrive();
        window.arrive();
        clock.advance(WINDOW);
        assertThat(window.arrive()).isEmpty();
        assertThat(window.arrive()).isEmpty();
    }

    @Property
    void noWindowHoldsMoreThanTheRate(@ForAll @Size(max = 60) List<@IntRange(max = 700) Integer> gaps) {
        List<Instant> taken = new ArrayList<>();
        for (int gap : gaps) {
            clock.advance(Duration.ofMillis(gap));
            if (window.arrive().isEmpty()) {
                taken.add(clock.instant());
            }
        }
        for (int i = 2; i < taken.size(); i++) {
            assertThat(Duration.between(taken.get(i - 2), taken.get(i))).isGreaterThanOrEqualTo(WINDOW);
        }
    }

    @Test
    void windowOfNoCallsIsRefused() {
        assertThatThrownBy(() -> new DemoWindow(0, WINDOW, clock)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DemoWindow(1, Duration.ZERO, clock)).isInstanceOf(IllegalArgumentException.class);
    }
}

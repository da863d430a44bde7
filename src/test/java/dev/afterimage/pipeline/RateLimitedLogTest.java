package dev.afterimage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

    private static final String NAME = "dev.afterimage.rare-warning-test";

    private final List<String> said = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord message) {
            said.add(
                    message.getParameters() == null
                            ? message.getMessage()
                            : message.getMessage().formatted(message.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final MutableClock clock = MutableClock.atSomeTime();
    private final RateLimitedLog warning = new RateLimitedLog(Logger.getLogger(NAME), "Gone", clock);

    @BeforeEach
    void listen() {
        java.util.logging.Logger.getLogger(NAME).addHandler(listener);
    }

    @AfterEach
    void stopListening() {
        java.util.logging.Logger.getLogger(NAME).removeHandler(listener);
    }

    @Test
    void failuresOfASecondAreOneLogLineAndTheNextCountsThem() {
        for (int failure = 0; failure < 100; failure++) {
            warning.say(new IllegalStateException("no route"));
        }
        assertThat(said).containsExactly("Gone: no route (0 more since this was said last)");

        clock.advance(Duration.ofSeconds(1));
        warning.say(new IllegalStateException("refused"));

        assertThat(said).last().isEqualTo("Gone: refused (99 more since this was said last)");
    }
}

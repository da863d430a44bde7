package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.jobs.PendingKeysContract;
import dev.afterimage.testing.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisPendingKeysTest extends PendingKeysContract {

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(RedisProcess.shared().url());

    @Override
    protected PendingKeys marks() {
        return new RedisPendingKeys(link, clients.settings());
    }

    @Override
    protected void pass(Duration time) {
        clients.age(RedisProcess.shared().url(), time);
    }

    @Test
    void aMarkLastsNoLongerThanTheQueueKeepsItsJob() throws IOException {
        Matcher queue = Pattern.compile("InteractiveQueue:.*?MessageRetentionPeriod: (\\d+)", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("template.yaml")));
        assertThat(queue.find()).isTrue();

        assertThat(RedisPendingKeys.MARK_KEPT_FOR).isEqualTo(Duration.ofSeconds(Long.parseLong(queue.group(1))));
    }

    @Test
    void givenUpKeyIsKnownUntilItIsIntendedAgainOrForAnHour() {
        marks().intend(KEY);
        assertThat(marks().isGivenUp(KEY)).isFalse();
        marks().clear(KEY);
        marks().giveUp(KEY);
        assertThat(marks().isGivenUp(KEY)).isTrue();
        marks().intend(KEY);
        assertThat(marks().isGivenUp(KEY)).isFalse();
        marks().giveUp(KEY);
        pass(Duration.ofHours(2));
        assertThat(marks().isGivenUp(KEY)).isFalse();
    }

    @Test
    void noteThatAKeyWasGivenUpLeavesTheMarkOfANewerJob() {
        marks().intend(KEY);
        marks().confirm(KEY);
        marks().giveUp(KEY);
        assertThat(marks().of(KEY)).isEqualTo(PendingKeys.Mark.CONFIRMED);
    }

    @Test
    void withoutRedisNoMarkIsKnownAndNoneIsSet() {
        PendingKeys marks = new RedisPendingKeys(clients.link("redis://127.0.0.1:1"), clients.settings());

        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.of(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.intend(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.confirm(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.clear(KEY));
    }
}

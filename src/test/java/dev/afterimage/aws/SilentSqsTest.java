package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.http.LocalCdnBeans;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Jobs;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A queue that accepts connections and never answers; a bug once let a caller wait two minutes for it. */
@QuarkusTest
@TestProfile(SilentSqsTest.Profile.class)
@Timeout(10)
class SilentSqsTest {

    @Inject
    JobQueue queue;

    @Test
    void enqueueFailsAfterTheTimeoutWhenSqsDoesNotAnswer() {
        assertThatThrownBy(() -> queue.enqueue(List.of(Jobs.interactive(1)), Duration.ZERO))
                .isInstanceOf(QueueUnavailableException.class);
    }

    @Test
    void claimFailsAfterTheTimeoutWhenSqsDoesNotAnswer() {
        assertThatThrownBy(() -> queue.claim(EnumSet.allOf(Lane.class), 5, Duration.ofSeconds(1)))
                .isInstanceOf(QueueUnavailableException.class);
    }

    /** A listening socket that accepts nothing, so that connections stay in its backlog. */
    public static class SilentServer implements QuarkusTestResourceLifecycleManager {

        private final ServerSocket silent;

        public SilentServer() throws IOException {
            silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        }

        @Override
        public Map<String, String> start() {
            String url = "http://localhost:" + silent.getLocalPort();
            Map<String, String> config = new HashMap<>();
            config.put("quarkus.sqs.endpoint-override", url);
            config.put("quarkus.sqs.aws.credentials.type", "static");
            config.put("quarkus.sqs.aws.credentials.static-provider.access-key-id", "test");
            config.put("quarkus.sqs.aws.credentials.static-provider.secret-access-key", "test");
            for (String name : List.of("interactive", "bulk", "dead-letter")) {
                config.put("afterimage.sqs." + name + "-queue-url", url + "/000000000000/" + name);
            }
            return config;
        }

        @Override
        public void stop() {
            try {
                silent.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Everything else is local, and there is no worker. */
    public static class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "afterimage.queue",
                    "sqs",
                    "afterimage.pregeneration.worker",
                    "false",
                    "afterimage.sqs.attempt-timeout",
                    "500ms",
                    "afterimage.sqs.timeout",
                    "2s");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(LocalCdnBeans.class);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(SilentServer.class));
        }
    }
}

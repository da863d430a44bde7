package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobOutcomes.JobOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.CallbackReceiver;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class CallbacksTest {

    private static final String URL = "https://shop.example/told";
    private static final String FORMER = "fedcba9876543210fedcba9876543210";
    private static final Job.Subject BATCH = new Job.Subject.OfBatch("01jqvcx7h5m0a2b3c4d5e6f7g8");
    private static final ImageKey KEY = new ImageKey("0123456789abcdef".repeat(4));
    private static final Job.Subject IMAGE = new Job.Subject.OfImage(KEY);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final CallbackReceiver receiver = new CallbackReceiver();
    private final Callbacks callbacks = receiver.callbacks(queue, clock, CallbackReceiver.SECRET);
    private final JobOutcomes outcomes =
            new JobOutcomes(new AttemptPolicy(3, Duration.ofSeconds(15), Duration.ofMinutes(15), 2), clock, () -> 0L);

    @Test
    void signatureCoversBodyAndTime() throws Exception {
        receiver.know(BATCH, new Callbacks.Body.Ready("{\"id\":\"é\"}"));

        assertThat(deliver(BATCH, 0)).isEqualTo(new JobOutcome.CallbackTaken());

        CallbackReceiver.Post post = receiver.posts.getFirst();
        assertThat(post.url()).hasToString(URL);
        assertThat(post.body()).isEqualTo("{\"id\":\"é\"}");
        assertThat(post.headers())
                .containsEntry("Content-Type", "application/json")
                .containsEntry("Afterimage-Timestamp", "1772323200")
                .containsEntry(
                        "Afterimage-Signature", "v1=" + hmac(CallbackReceiver.SECRET, "1772323200.{\"id\":\"é\"}"));
    }

    @Test
    void callbackIsSignedWithBothSecretsDuringARotation() throws Exception {
        Callbacks rotating = receiver.callbacks(queue, clock, CallbackReceiver.SECRET, FORMER);

        rotating.deliver(callback(BATCH), 0, outcomes);

        assertThat(receiver.posts.getFirst().headers().get("Afterimage-Signature"))
                .isEqualTo("v1=" + hmac(CallbackReceiver.SECRET, "1772323200.{}") + ",v1="
                        + hmac(FORMER, "1772323200.{}"));
    }

    @Test
    void failedCallbackIsRetriedAndThenDeadLettered() {
        receiver.answer(500);
        assertThat(deliver(BATCH, 0)).isInstanceOf(JobOutcome.Retry.class);
        receiver.answer(302);
        assertThat(deliver(BATCH, 1)).isInstanceOf(JobOutcome.Retry.class);
        receiver.silent(true);
        assertThat(deliver(BATCH, 2))
                .isInstanceOfSatisfying(
                        JobOutcome.DeadLettered.class,
                        given -> assertThat(given.reason()).contains("no answer"));
        receiver.silent(false);
        receiver.answer(204);
        assertThat(deliver(BATCH, 0)).isEqualTo(new JobOutcome.CallbackTaken());
    }

    @Test
    void callbackToANoLongerAllowedAddressIsDeadLettered() {
        Job.Callback moved = new Job.Callback("c", URI.create("https://private.example/"), BATCH);

        assertThat(callbacks.deliver(moved, 0, outcomes)).isInstanceOf(JobOutcome.DeadLettered.class);
        assertThat(receiver.posts).isEmpty();
    }

    @Test
    void callbackOfAForgottenSubjectIsDeadLettered() {
        receiver.know(BATCH, new Callbacks.Body.Gone());

        assertThat(deliver(BATCH, 0)).isInstanceOf(JobOutcome.DeadLettered.class);
    }

    @Test
    void callbackOfAPendingImageWaitsLongerEachTimeWithoutUsingAttempts() throws Exception {
        receiver.know(IMAGE, new Callbacks.Body.NotYet());
        callbacks.tell(KEY, URI.create(URL));
        clock.advance(Duration.ofSeconds(1));
        Job.Callback job = (Job.Callback) queue.claim(EnumSet.allOf(Lane.class), 1, Duration.ZERO)
                .getFirst()
                .job();

        assertThat(callbacks.deliver(job, 0, outcomes)).isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(1), false));
        clock.advance(Duration.ofSeconds(39));
        assertThat(callbacks.deliver(job, 0, outcomes)).isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(10), false));
        clock.advance(Duration.ofHours(1));
        assertThat(callbacks.deliver(job, 0, outcomes)).isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(30), false));
    }

    @Test
    void imageOfWhichNothingIsKnownIsLookedForTwiceMoreBeforeItIsReported() {
        receiver.know(IMAGE, new Callbacks.Body.Lost("{\"status\":\"failed\"}"));

        assertThat(deliver(IMAGE, 0))
                .isEqualTo(new JobOutcome.Retry(Duration.ofSeconds(1), "Nothing is known of the image."));
        assertThat(deliver(IMAGE, 1))
                .isEqualTo(new JobOutcome.Retry(Duration.ofMinutes(20), "Nothing is known of the image."));
        assertThat(receiver.posts).isEmpty();
        assertThat(deliver(IMAGE, 2)).isEqualTo(new JobOutcome.CallbackTaken());
        assertThat(receiver.posts.getFirst().body()).contains("failed");
    }

    @Test
    void withoutASecretNoCallbackIsSent() {
        Callbacks unsigned = receiver.callbacks(queue, clock);

        assertThatThrownBy(() -> unsigned.accept(URL))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("afterimage.callbacks.secret");
        assertThat(unsigned.deliver(callback(BATCH), 0, outcomes)).isInstanceOf(JobOutcome.Retry.class);
        assertThat(receiver.posts).isEmpty();
    }

    @Test
    void invalidOrForbiddenCallbackUrlIsRefused() {
        assertThat(callbacks.accept(URL)).hasToString(URL);
        for (String url : new String[] {"", "not a url", "https://private.example/"}) {
            assertThatThrownBy(() -> callbacks.accept(url))
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            refused -> assertThat(refused.pointer()).isEqualTo("callback"));
        }
    }

    private JobOutcome deliver(Job.Subject subject, int attempts) {
        return callbacks.deliver(callback(subject), attempts, outcomes);
    }

    private static Job.Callback callback(Job.Subject subject) {
        return new Job.Callback("c", URI.create(URL), subject);
    }

    private static String hmac(String secret, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }
}

package dev.afterimage.jobs;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.Sha256;
import dev.afterimage.jobs.Job.Subject;
import dev.afterimage.jobs.JobOutcomes.JobOutcome;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tells callers that their batch has ended, or that an image for which they were answered 202 is there or was given up.
 * A callback is a job of its own: it is sent at least once, is repeated with the back-off of every job until its
 * receiver answers 2xx, and after the last attempt goes to the dead-letter queue with the reason.
 *
 * <p>Its body is what {@code GET} of the batch or the image answers. {@value #SIGNATURE} is {@code v1=} and the
 * HMAC-SHA256, in hexadecimal, over the {@value #TIMESTAMP} (seconds since 1970), a full stop and the body; where two
 * secrets are configured, it holds one signature by each, separated by a comma.
 */
public final class Callbacks {

    public static final String TIMESTAMP = "Afterimage-Timestamp";
    public static final String SIGNATURE = "Afterimage-Signature";

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /**
     * How long a callback waits when nothing is known of its image, before it reports the image as failed: longer than the
     * 15 min after which a stopped lane is tried. If the image still has a job, a worker has claimed the job by then, and set
     * the lost mark again.
     */
    private static final Duration UNTIL_LOST = Duration.ofMinutes(20);

    private static final String NOTHING_KNOWN = "Nothing is known of the image.";

    private final List<String> secrets;
    private final Transport transport;
    private final Bodies bodies;
    private final JobQueue queue;
    private final TimeOrderedIds ids;
    private final Clock clock;

    /** Port: sends callbacks. */
    public interface Transport {

        /**
         * Checks that callbacks may be sent to this URL. May resolve the host's name.
         *
         * @throws InvalidRequestException when they may not: no https, or no public address; says how to mend the URL
         */
        void check(URI url);

        /**
         * Posts JSON.
         *
         * @return the answer's status
         * @throws InvalidRequestException as {@link #check} does
         * @throws IOException when there is no answer; its message has no secret
         */
        int post(URI url, Map<String, String> headers, String body) throws IOException;
    }

    /** Port: makes the bodies of callbacks, which are what {@code GET} of the subject answers. */
    public interface Bodies {

        Body of(Subject subject);
    }

    /** The body of a callback, where there is one. */
    public sealed interface Body {

        /** The body, as JSON. */
        record Ready(String json) implements Body {}

        /** Nothing yet: the image is still being made. */
        record NotYet() implements Body {}

        /** Nothing is known of the image, as after a loss of Redis' memory. If that is so for long, this body is sent. */
        record Lost(String json) implements Body {}

        /** Nothing any more: the batch is forgotten. */
        record Gone() implements Body {}
    }

    /**
     * Callbacks signed with these secrets.
     *
     * @param secrets at most two, the second during a rotation; none where callbacks are off
     */
    public Callbacks(
            List<String> secrets, Transport transport, Bodies bodies, JobQueue queue, TimeOrderedIds ids, Clock clock) {
        this.secrets = List.copyOf(secrets);
        this.transport = transport;
        this.bodies = bodies;
        this.queue = queue;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Checks the URL to which a caller wants its callback. Blocks.
     *
     * @throws InvalidRequestException when callbacks cannot be sent there, or are off
     */
    public URI accept(String url) {
        if (secrets.isEmpty()) {
            throw new InvalidRequestException(
                    "Leave callback out, or let the service's operator set afterimage.callbacks.secret, with which callbacks are"
                            + " signed.",
                    "callback");
        }
        try {
            URI uri = URI.create(url);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("no host");
            }
            transport.check(uri);
            return uri;
        } catch (IllegalArgumentException noUrl) {
            throw new InvalidRequestException("Write callback as an https URL (RFC 3986).", "callback");
        }
    }

    /** Queues the callback of a batch if the batch has ended, wants one, and it is not queued yet. Blocks. */
    public void tellIfDue(BatchRows batches, String batch) {
        batches.dueCallback(batch).ifPresent(url -> {
            Job job = new Job.Callback("callback-" + batch, url, new Subject.OfBatch(batch));
            queue.enqueue(List.of(job), Duration.ZERO);
            batches.callbackQueued(batch);
        });
    }

    /** Queues the callback for an image. It is sent when the image is there. Blocks. */
    public void tell(ImageKey key, URI url) {
        queue.enqueue(List.of(new Job.Callback(ids.next(), url, new Subject.OfImage(key))), SHORTEST_WAIT);
    }

    /** Sends the callback, if its body is ready. Blocks. */
    JobOutcome deliver(Job.Callback callback, int attempts, JobOutcomes outcomes) {
        return switch (bodies.of(callback.subject())) {
            case Body.NotYet notYet -> new JobOutcome.Wait(untilNextTry(callback), false);
            case Body.Lost lost ->
                switch (attempts) {
                    // The image may have been stored between the lookup in the store and the reading of its mark.
                    case 0 -> new JobOutcome.Retry(SHORTEST_WAIT, NOTHING_KNOWN);
                    case 1 -> new JobOutcome.Retry(UNTIL_LOST, NOTHING_KNOWN);
                    default -> post(callback, lost.json(), attempts, outcomes);
                };
            case Body.Gone gone -> new JobOutcome.DeadLettered("The batch of this callback is no longer kept.");
            case Body.Ready ready -> post(callback, ready.json(), attempts, outcomes);
        };
    }

    private JobOutcome post(Job.Callback callback, String json, int attempts, JobOutcomes outcomes) {
        if (secrets.isEmpty()) {
            return outcomes.retry(attempts, "No afterimage.callbacks.secret is configured any more.");
        }
        try {
            int status = transport.post(callback.url(), signed(json), json);
            return status / 100 == 2
                    ? new JobOutcome.CallbackTaken()
                    : outcomes.retry(attempts, "The callback was answered " + status + ".");
        } catch (InvalidRequestException refused) {
            return new JobOutcome.DeadLettered(refused.detail());
        } catch (IOException noAnswer) {
            return outcomes.retry(attempts, "The callback was not answered: " + noAnswer.getMessage() + ".");
        }
    }

    /**
     * The wait before the next attempt while the image is not there: a quarter of the time since the callback was
     * queued, from 1 to 30 s.
     */
    private Duration untilNextTry(Job.Callback callback) {
        Duration age = TimeOrderedIds.isWellFormed(callback.id())
                ? Duration.between(TimeOrderedIds.timeOf(callback.id()), clock.instant())
                : LONGEST_WAIT;
        Duration next = age.dividedBy(4);
        return next.compareTo(SHORTEST_WAIT) < 0
                ? SHORTEST_WAIT
                : next.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : next;
    }

    private Map<String, String> signed(String json) {
        Instant now = clock.instant();
        String signedText = now.getEpochSecond() + "." + json;
        return Map.of(
                "Content-Type",
                "application/json",
                TIMESTAMP,
                Long.toString(now.getEpochSecond()),
                SIGNATURE,
                secrets.stream().map(secret -> signature(secret, signedText)).collect(Collectors.joining(",")));
    }

    private static String signature(String secret, String text) {
        return "v1=" + HexFormat.of().formatHex(Sha256.hmac(secret.getBytes(StandardCharsets.UTF_8), text));
    }
}

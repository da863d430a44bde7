package dev.afterimage.aws;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.NewerFormatException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/**
 * A job as a message. SQS counts deliveries, which are not attempts, and delays by at most 15 minutes. So the number of
 * attempts, and a start that is further ahead, are attributes of the message.
 *
 * @param attempts failed attempts so far
 * @param notBefore the earliest time at which it may be handed out
 */
record SqsJob(Job job, int attempts, Instant notBefore) {

    /**
     * The largest message, and batch of messages, that this service sends, in bytes with attributes. SQS allows 1 MiB since
     * August 2025 ("Amazon SQS message quotas"), but a queue may be set to less.
     */
    static final int MOST_BYTES = 256 * 1024;

    /** The longest delay ("Amazon SQS message quotas"). */
    static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    /** More than the attributes of a job need: their names, types and values, and a short reason of a dead letter. */
    private static final int ATTRIBUTE_BYTES = 300;

    /** The part of {@link #ATTRIBUTE_BYTES} that the reason of a dead letter may use at least. */
    private static final int LEAST_REASON_BYTES = 200;

    private static final String ATTEMPTS = "attempts";
    private static final String NOT_BEFORE = "not-before";

    /**
     * The message's text. SQS takes only the characters of XML 1.0, so the two others that JSON does not escape are
     * escaped here.
     */
    String body() {
        return body(job);
    }

    static String body(Job job) {
        return JobCodec.encode(job).replace("\uFFFE", "\\ufffe").replace("\uFFFF", "\\uffff");
    }

    /** The beginning of a dead letter's reason that fits beside this body. */
    static String fitting(String reason, String body) {
        CharBuffer text = CharBuffer.wrap(reason);
        ByteBuffer room =
                ByteBuffer.allocate(Math.max(LEAST_REASON_BYTES, MOST_BYTES - bytes(body) + LEAST_REASON_BYTES));
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(text, room, true);
        return reason.substring(0, text.position());
    }

    static int bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8).length + ATTRIBUTE_BYTES;
    }

    Map<String, MessageAttributeValue> attributes() {
        return Map.of(
                ATTEMPTS, attribute("Number", Integer.toString(attempts)),
                NOT_BEFORE, attribute("Number", Long.toString(notBefore.toEpochMilli())));
    }

    static MessageAttributeValue attribute(String type, String value) {
        return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
    }

    /** The delay to ask SQS for, in seconds rounded up: at most 15 minutes, after which the message is sent again. */
    int delaySeconds(Clock clock) {
        Duration left = Duration.between(clock.instant(), notBefore);
        if (left.isNegative()) {
            return 0;
        }
        Duration delay = left.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : left;
        return (int) delay.plusMillis(999).toSeconds();
    }

    /**
     * Reads a message; empty when it is no job.
     *
     * @throws NewerFormatException when it is a job that a newer version wrote
     */
    static Optional<SqsJob> read(String body, Map<String, String> attributes, Clock clock) {
        try {
            return Optional.of(new SqsJob(
                    JobCodec.decode(body),
                    Integer.parseInt(attributes.getOrDefault(ATTEMPTS, "0")),
                    instant(attributes.get(NOT_BEFORE), clock.instant())));
        } catch (NewerFormatException newer) {
            throw newer;
        } catch (RuntimeException notAJob) {
            return Optional.empty();
        }
    }

    private static Instant instant(@Nullable String millis, Instant otherwise) {
        return millis == null ? otherwise : Instant.ofEpochMilli(Long.parseLong(millis));
    }
}

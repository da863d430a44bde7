package dev.afterimage.aws;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.jobs.NewerFormatException;
import dev.afterimage.limit.Lane;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The job queue in Amazon SQS: a standard queue for each lane, and one for dead letters.
 *
 * <p>A job that is retried is sent again and then deleted, because only that changes its attributes and resets its count
 * of deliveries. A process that dies in between leaves the job twice on the queue; the pipeline pays for it once.
 */
public final class SqsJobQueue implements JobQueue {

    private static final System.Logger LOG = System.getLogger(SqsJobQueue.class.getName());

    /** The longest wait for messages in one call; the client's time-outs are set for it. */
    private static final Duration LONGEST_POLL = Duration.ofSeconds(5);

    /** How many characters of a reason are kept. */
    private static final int MOST_REASON = 1000;

    private final SqsClient sqs;
    private final Queues queues;
    private final Duration visibilityTimeout;
    private final Clock clock;
    private final SqsSender sender;
    private final AtomicBoolean waitForBulk = new AtomicBoolean();

    /** The URLs of the three queues. */
    public record Queues(String interactive, String bulk, String deadLetter) {

        /**
         * The configured queues.
         *
         * @throws IllegalArgumentException when one is missing
         */
        public static Queues of(SqsConfig config) {
            return new Queues(
                    named(config.interactiveQueueUrl(), "interactive"),
                    named(config.bulkQueueUrl(), "bulk"),
                    named(config.deadLetterQueueUrl(), "dead-letter"));
        }

        private static String named(Optional<String> url, String queue) {
            return url.orElseThrow(() -> new IllegalArgumentException(
                    "Set afterimage.sqs." + queue + "-queue-url; afterimage.queue=sqs needs all three queues."));
        }

        private String of(Lane lane) {
            return lane == Lane.INTERACTIVE ? interactive : bulk;
        }
    }

    /**
     * A queue in SQS.
     *
     * @param threads run the sending of several batches at once; virtual threads
     */
    public SqsJobQueue(SqsClient sqs, Queues queues, Duration visibilityTimeout, Clock clock, ExecutorService threads) {
        this.sqs = sqs;
        this.queues = queues;
        this.visibilityTimeout = visibilityTimeout;
        this.clock = clock;
        this.sender = new SqsSender(sqs, clock, threads);
    }

    @Override
    public boolean fits(Job job) {
        return SqsJob.bytes(SqsJob.body(job)) <= SqsJob.MOST_BYTES;
    }

    @Override
    public void enqueue(List<Job> jobs, Duration delay) {
        Instant notBefore = clock.instant().plus(delay);
        for (Lane lane : Lane.values()) {
            sender.send(
                    queues.of(lane),
                    jobs.stream()
                            .filter(job -> job.lane() == lane)
                            .map(job -> new SqsJob(job, 0, notBefore))
                            .toList());
        }
    }

    @Override
    public List<Claim> claim(Set<Lane> lanes, int max, Duration wait) {
        List<Claim> claims = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            if (lanes.contains(lane)) {
                receive(lane, max - claims.size(), 0, claims);
            }
        }
        if (claims.isEmpty() && wait.isPositive() && !lanes.isEmpty()) {
            // One call can wait at one queue only, so the lanes take turns.
            Lane turn = waitForBulk.getAndSet(!waitForBulk.get()) ? Lane.BULK : Lane.INTERACTIVE;
            Lane lane = lanes.contains(turn) ? turn : lanes.iterator().next();
            receive(lane, max, Math.clamp(wait.toSeconds(), 1, (int) LONGEST_POLL.toSeconds()), claims);
        }
        return claims;
    }

    private void receive(Lane lane, int max, int waitSeconds, List<Claim> claims) {
        int left = max;
        while (left > 0) {
            List<Message> messages = receive(queues.of(lane), Math.min(left, SqsSender.MOST_MESSAGES), waitSeconds);
            for (Message message : messages) {
                unlessNewer(() -> claim(lane, message)).ifPresent(claims::add);
            }
            left -= messages.size();
            if (messages.size() < SqsSender.MOST_MESSAGES) {
                return;
            }
        }
    }

    /**
     * Reads a message. Empty for one that a newer version wrote: it stays on its queue, and is handed out again after the
     * visibility timeout.
     */
    private static <T> Optional<T> unlessNewer(Supplier<Optional<T>> reading) {
        try {
            return reading.get();
        } catch (NewerFormatException newer) {
            LOG.log(Level.WARNING, newer.getMessage());
            return Optional.empty();
        }
    }

    private List<Message> receive(String queue, int max, int waitSeconds) {
        return SqsSender.call(() -> sqs.receiveMessage(request -> request.queueUrl(queue)
                        .maxNumberOfMessages(max)
                        .waitTimeSeconds(waitSeconds)
                        .visibilityTimeout((int) visibilityTimeout.toSeconds())
                        .overrideConfiguration(limits -> allowFor(waitSeconds, limits))
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT)))
                .messages();
    }

    /** Sets the call's time-outs: those of the client, if it has any, and the wait for messages on top. */
    private void allowFor(int waitSeconds, AwsRequestOverrideConfiguration.Builder limits) {
        ClientOverrideConfiguration client = sqs.serviceClientConfiguration().overrideConfiguration();
        client.apiCallAttemptTimeout()
                .ifPresent(attempt -> limits.apiCallAttemptTimeout(attempt.plusSeconds(waitSeconds)));
        client.apiCallTimeout().ifPresent(call -> limits.apiCallTimeout(call.plusSeconds(waitSeconds)));
    }

    private Optional<Claim> claim(Lane lane, Message message) {
        String count = message.attributes().getOrDefault(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
        Optional<Claim> claim =
                claim(message.body(), stringValues(message), Integer.parseInt(count), message.receiptHandle());
        if (claim.isEmpty()) {
            delete(queues.of(lane), message.receiptHandle());
        }
        return claim;
    }

    /**
     * A claim on a message that SQS pushed to a Lambda function. Lambda deletes it when the function doesn't report it as
     * failed.
     *
     * @param attributes the message attributes' string values by name
     * @param receiveCount the system attribute {@code ApproximateReceiveCount}
     * @return empty when the message needs nothing more: it is no job and was dead-lettered, or its time has not come and it
     *     was sent again
     * @throws NewerFormatException when a newer version wrote it; then it must be handed out again
     */
    public Optional<Claim> claim(String body, Map<String, String> attributes, int receiveCount) {
        return claim(body, attributes, receiveCount, "");
    }

    private Optional<Claim> claim(String body, Map<String, String> attributes, int receiveCount, String receipt) {
        Optional<SqsJob> read = SqsJob.read(body, attributes, clock);
        if (read.isEmpty()) {
            deadLetter(body, Map.of(), "This is not a job.");
            return Optional.empty();
        }
        SqsJob job = read.get();
        if (job.notBefore().isAfter(clock.instant().plusSeconds(1))) {
            sender.send(queues.of(job.job().lane()), List.of(job));
            return Optional.empty();
        }
        return Optional.of(new Claim(job.job(), job.attempts(), receiveCount, receipt));
    }

    private static Map<String, String> stringValues(Message message) {
        Map<String, String> values = new HashMap<>();
        message.messageAttributes().forEach((name, value) -> values.put(name, value.stringValue()));
        return values;
    }

    @Override
    public boolean extend(Claim claim) {
        return claim.receiptHandle().isEmpty()
                || SqsSender.unlessLost(() -> sqs.changeMessageVisibility(request -> request.queueUrl(queueOf(claim))
                        .receiptHandle(claim.receiptHandle())
                        .visibilityTimeout((int) visibilityTimeout.toSeconds())));
    }

    @Override
    public boolean complete(Claim claim) {
        return claim.receiptHandle().isEmpty() || delete(queueOf(claim), claim.receiptHandle());
    }

    @Override
    public boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        Instant notBefore = clock.instant().plus(delay);
        int attempts = countsAsAttempt ? claim.attempts() + 1 : claim.attempts();
        sender.send(queueOf(claim), List.of(new SqsJob(claim.job(), attempts, notBefore)));
        return complete(claim);
    }

    @Override
    public boolean deadLetter(Claim claim, String reason) {
        // With 0 attempts, so that the job has all of them again when SQS itself moves the message back.
        SqsJob job = new SqsJob(claim.job(), 0, clock.instant());
        deadLetter(job.body(), job.attributes(), reason);
        return complete(claim);
    }

    private void deadLetter(String body, Map<String, MessageAttributeValue> attributes, String reason) {
        Map<String, MessageAttributeValue> all = new HashMap<>(attributes);
        all.put("reason", SqsJob.attribute("String", SqsJob.fitting(printable(reason), body)));
        SqsSender.call(() -> sqs.sendMessage(request ->
                request.queueUrl(queues.deadLetter()).messageBody(body).messageAttributes(all)));
    }

    /** The reason as an attribute's value: not empty, at most 1000 characters, no control characters. */
    private static String printable(String reason) {
        String text = reason.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", " ");
        return text.isBlank() ? "unknown" : text.substring(0, Math.min(MOST_REASON, text.length()));
    }

    @Override
    public int redrive(int max, Consumer<Job> before) {
        int redriven = 0;
        while (redriven < max) {
            // With a wait SQS asks all its servers; without one it may answer nothing although there are messages.
            List<Message> messages = receive(queues.deadLetter(), Math.min(max - redriven, SqsSender.MOST_MESSAGES), 1);
            if (messages.isEmpty()) {
                break;
            }
            for (Message message : messages) {
                Optional<SqsJob> job = unlessNewer(() -> SqsJob.read(message.body(), Map.of(), clock));
                if (job.isPresent()) {
                    before.accept(job.get().job());
                    enqueue(List.of(job.get().job()), Duration.ZERO);
                    delete(queues.deadLetter(), message.receiptHandle());
                    redriven++;
                }
            }
        }
        return redriven;
    }

    /**
     * Has no age of the oldest job while there are jobs: SQS tells it only to CloudWatch (ApproximateAgeOfOldestMessage).
     */
    @Override
    public QueueStatus status() {
        long interactive = depth(queues.interactive());
        long bulk = depth(queues.bulk());
        Optional<Duration> age = interactive + bulk == 0 ? Optional.of(Duration.ZERO) : Optional.empty();
        return new QueueStatus(interactive, bulk, age, depth(queues.deadLetter()));
    }

    private long depth(String queue) {
        return SqsSender.call(() -> sqs.getQueueAttributes(request -> request.queueUrl(queue)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED)))
                .attributes()
                .values()
                .stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    @Override
    public Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    private String queueOf(Claim claim) {
        return queues.of(claim.job().lane());
    }

    private boolean delete(String queue, String receipt) {
        return SqsSender.unlessLost(
                () -> sqs.deleteMessage(request -> request.queueUrl(queue).receiptHandle(receipt)));
    }
}

package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.JobQueueContract;
import dev.afterimage.jobs.NewerFormatException;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.SqsServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class SqsJobQueueTest extends JobQueueContract {

    private static final int MAX_RECEIVE_COUNT = 4;

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AutoClose
    private SqsServer server;

    @AutoClose
    private SqsClient sqs;

    private SqsJobQueue.Queues queues;
    private SqsJobQueue queue;

    @BeforeEach
    void start() {
        server = new SqsServer(clock);
        sqs = server.client();
        String dead = sqs.createQueue(request -> request.queueName("dead")).queueUrl();
        String arn = sqs.getQueueAttributes(
                        request -> request.queueUrl(dead).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
        queues = new SqsJobQueue.Queues(create("interactive", arn), create("bulk", arn), dead);
        queue = new SqsJobQueue(sqs, queues, Duration.ofMinutes(2), clock, threads);
    }

    private String create(String name, String deadLetterArn) {
        String policy =
                "{\"deadLetterTargetArn\":\"" + deadLetterArn + "\",\"maxReceiveCount\":" + MAX_RECEIVE_COUNT + "}";
        return sqs.createQueue(request ->
                        request.queueName(name).attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, policy)))
                .queueUrl();
    }

    @Override
    protected JobQueue queue() {
        return queue;
    }

    @Test
    void deadLetterCarriesItsReasonAndARedriveResetsItsAttempts() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        queue.retryLater(onlyClaim(), NOW, true);
        queue.deadLetter(onlyClaim(), "No such template.");

        Message letter = sqs.receiveMessage(
                        request -> request.queueUrl(queues.deadLetter()).messageAttributeNames("All"))
                .messages()
                .getFirst();

        assertThat(letter.messageAttributes())
                .extractingByKeys("reason", "attempts")
                .extracting(MessageAttributeValue::stringValue)
                .containsExactly("No such template.", "0");
    }

    @Test
    void ageOfTheOldestJobIsUnknownWhileJobsWait() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        assertThat(queue.status().oldestAge()).isEmpty();

        queue.complete(onlyClaim());
        assertThat(queue.status().oldestAge()).contains(Duration.ZERO);
    }

    @Test
    void jobReceivedTooOftenIsDeadLetteredBySqs() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        for (int i = 1; i <= MAX_RECEIVE_COUNT; i++) {
            assertThat(onlyClaim().deliveries()).isEqualTo(i);
            clock.advance(queue.visibilityTimeout().plus(A_MOMENT));
        }

        assertThat(queue.claim(BOTH, 1, NOW)).isEmpty();

        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.redrive(1, job -> {})).isEqualTo(1);
        assertThat(onlyClaim().job()).isEqualTo(Jobs.bulk(1));
    }

    @Test
    void messagesArePackedIntoBatchesBySizeToo() throws Exception {
        List<Job> large = IntStream.range(0, 12)
                .mapToObj(i -> jobOf(i, "x".repeat(90_000)))
                .toList();

        queue.enqueue(large, NOW);

        assertThat(SqsSender.pack(large.stream()
                        .map(job -> new SqsJob(job, 0, clock.instant()))
                        .toList()))
                .extracting(List::size)
                .containsExactly(2, 2, 2, 2, 2, 2);
        assertThat(queue.status().bulk()).isEqualTo(12);
    }

    @Test
    void messageSizeIsCountedInBytesAndNotInCharacters() {
        assertThat(queue.fits(jobOf(1, "x".repeat(250_000)))).isTrue();
        assertThat(queue.fits(jobOf(2, "x".repeat(262_000)))).isFalse();
        assertThat(queue.fits(jobOf(3, "\u00e9".repeat(140_000)))).isFalse();
    }

    /** A bug: such a job could not be dead-lettered, and came back for ever. */
    @Test
    void theReasonOfALargeJobsDeadLetterIsCutToWhatFits() {
        int data = 262_144;
        while (!queue.fits(jobOf(1, "x".repeat(data)))) {
            data--;
        }
        String body = new SqsJob(jobOf(1, "x".repeat(data)), 0, clock.instant()).body();
        String reason = "\u8a73\uD83D\uDE00".repeat(500);

        String cut = SqsJob.fitting(reason, body);

        assertThat(cut).isNotEmpty().isEqualTo(reason.substring(0, cut.length()));
        assertThat(Character.isHighSurrogate(cut.charAt(cut.length() - 1))).isFalse();
        // Names, types and values of all attributes: attempts, not-before and reason.
        int attributes = 8 + 6 + 1 + 10 + 6 + 13 + 6 + 6 + cut.getBytes(StandardCharsets.UTF_8).length;
        assertThat(body.getBytes(StandardCharsets.UTF_8).length + attributes).isLessThanOrEqualTo(SqsJob.MOST_BYTES);
        assertThat(SqsJob.fitting(reason, "{}")).isEqualTo(reason);
    }

    /** Two versions run side by side during a deployment. */
    @Test
    void aJobOfANewerVersionIsLeftToIt() throws Exception {
        String newer = new SqsJob(Jobs.bulk(1), 0, clock.instant()).body().replace("\"v\":\"1\"", "\"v\":\"99\"");
        sqs.sendMessage(request -> request.queueUrl(queues.bulk()).messageBody(newer));

        assertThat(queue.claim(EnumSet.allOf(Lane.class), 10, NOW)).isEmpty();

        assertThat(queue.status().bulk()).isEqualTo(1);
        assertThat(queue.status().deadLetters()).isZero();
        assertThatThrownBy(() -> queue.claim(newer, Map.of(), 1))
                .isInstanceOf(NewerFormatException.class)
                .hasMessageContaining("format 99");
    }

    @Test
    void jobLargerThanAMessageIsRefused() {
        assertThatThrownBy(() -> queue.enqueue(List.of(jobOf(1, "x".repeat(262_000))), NOW))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void everyCharacterOfTheDataSurvives() throws Exception {
        Job job = jobOf(1, "\\u0000\\u001f<&>\\\"\uFFFE\uFFFF\uD83D\uDE00\u2028");

        queue.enqueue(List.of(job), NOW);

        assertThat(onlyClaim().job()).isEqualTo(job);
    }

    @Test
    void aMessageThatIsNoJobIsDeadLettered() throws Exception {
        sqs.sendMessage(request -> request.queueUrl(queues.bulk()).messageBody("hello"));

        assertThat(queue.claim(BOTH, 1, NOW)).isEmpty();

        assertThat(queue.status().bulk()).isZero();
        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.redrive(1, job -> {})).isZero();
    }

    @Test
    void messagePushedByLambdaIsNotDeletedByUs() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Message message = sqs.receiveMessage(request -> request.queueUrl(queues.bulk()))
                .messages()
                .getFirst();
        Claim claim = queue.claim(message.body(), Map.of("attempts", "3"), 2).orElseThrow();

        assertThat(claim.attempts()).isEqualTo(3);
        assertThat(claim.deliveries()).isEqualTo(2);
        assertThat(queue.complete(claim)).isTrue();
        assertThat(queue.status().bulk()).isEqualTo(1);

        assertThat(queue.retryLater(claim, NOW, true)).isTrue();
        assertThat(queue.status().bulk()).isEqualTo(2);
        assertThat(onlyClaim().attempts()).isEqualTo(4);
    }

    @Test
    void messagePushedBeforeItsDelayIsOverIsSentAgain() {
        String later = Long.toString(clock.instant().plusSeconds(3600).toEpochMilli());

        assertThat(queue.claim(JobCodec.encode(Jobs.bulk(1)), Map.of("not-before", later), 1))
                .isEmpty();

        assertThat(queue.status().bulk()).isEqualTo(1);
    }

    @Test
    void unreachableQueueIsAQueueUnavailableException() {
        server.close();

        assertThatThrownBy(() -> queue.enqueue(List.of(Jobs.bulk(1)), NOW))
                .isInstanceOf(QueueUnavailableException.class);
    }

    private static Job jobOf(int number, String title) {
        ImageRequest request = new ImageRequest(
                new TemplateId("card"), TemplateData.of("{\"title\":\"" + title + "\"}"), ImageFormat.PNG);
        return new Job.Image(
                "job-" + number,
                Jobs.KEYS.keyOf(request, 0),
                request,
                Lane.BULK,
                Caller.SERVICE,
                Optional.empty(),
                Horizon.NONE);
    }
}

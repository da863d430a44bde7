package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.aws.SqsJobQueue;
import dev.afterimage.cache.Horizon;
import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.BudgetedGenerator;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobOutcomes;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobRunner;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImagePipeline;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.DocumentedError;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.provider.zoo.ZooAnswer;
import dev.afterimage.redis.LimiterScript;
import dev.afterimage.redis.RedisClients;
import dev.afterimage.redis.RedisCreditBudget;
import dev.afterimage.redis.RedisLimiter;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.redis.RedisReceipts;
import dev.afterimage.testing.CallbackReceiver;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.ManualPause;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MemoryPendingKeys;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.testing.RedisProcess;
import dev.afterimage.testing.SqsServer;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * A function's worker, which pays for its time, and a provider that makes images in jobs: between two polls the message lies on
 * the queue, and nobody waits.
 */
@Timeout(60)
class SetDownJobTest {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final KeyScheme KEYS = new KeyScheme(ProviderIdentity.builtIn("demo"));

    /** Ahead of the machine's, so that messages come at once; the worker sees by itself that their time has not come. */
    private final MutableClock clock = new MutableClock(Instant.now().plus(Duration.ofDays(1)));

    private final FakePause polls = new FakePause(clock);
    private final ApiDouble api = Zoo.FLUX.in(clock);
    private final ZooBench bench = new ZooBench(api, clock, polls);
    private final ImageRequest request = bench.request(1);
    private final MemoryImageStore store = new MemoryImageStore();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SqsServer server = new SqsServer(clock);
    private final SqsClient sqs = server.client();
    private final SqsJobQueue.Queues queues =
            new SqsJobQueue.Queues(create("interactive"), create("bulk"), create("dead"));
    private final SqsJobQueue queue = new SqsJobQueue(sqs, queues, Duration.ofMinutes(2), clock, threads);
    private final RedisClients clients = new RedisClients();
    private final RedisLink link = clients.link(RedisProcess.shared().url());
    private final LimiterScript script = clients.script(
            link,
            Permitted.WIDE,
            Limiters.RULES,
            () -> Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant())));
    private final Receipts receipts = new RedisReceipts(script, clock);

    private final CreditBudget budget = new RedisCreditBudget(
            link,
            clients.settings(),
            CreditBudget.Budgets.of(OptionalLong.of(100)),
            store,
            () -> UUID.randomUUID().toString(),
            clock);

    private String create(String name) {
        return sqs.createQueue(called -> called.queueName(name)).queueUrl();
    }

    @AfterEach
    void stop() {
        clients.close();
        sqs.close();
        server.close();
        threads.shutdownNow();
    }

    private ImagePipeline pipeline() {
        ManualPause pause = new ManualPause(clock);
        CallSettler settler = Permitted.settler(receipts, clock, pause, threads);
        AccountChoice accounts = new AccountChoice(new Permitted.OneAccount(), clock);
        ImageGenerator provider = new BudgetedGenerator(budget, accounts, bench.provider(ProviderBench.FREE, true));
        return Permitted.pipeline(
                KEYS,
                new MemoryImageIndex(),
                store,
                receipts,
                settler,
                Permitted.generator(provider, accounts, new RedisLimiter(script), settler, clock, wait -> {}),
                provider,
                Permitted.FRESHNESS,
                pause,
                clock,
                threads);
    }

    /** What is delivered to a function, and what becomes of it; SQS forgets it then. */
    private int deliver() throws InterruptedException {
        JobRunner runner = new JobRunner(
                pipeline(),
                queue,
                new MemoryBatchLedger(clock),
                new MemoryPendingKeys(),
                new JobOutcomes(
                        new AttemptPolicy(3, Duration.ofSeconds(15), Duration.ofMinutes(15), 5), clock, () -> 0L),
                new CallbackReceiver().callbacks(queue, clock, CallbackReceiver.SECRET));
        Worker worker = new Worker(
                queue,
                runner,
                new Permitted.OneAccount(),
                5,
                Duration.ofMinutes(1),
                clock,
                new ManualPause(clock),
                threads);
        Map<String, Claim> claims = new HashMap<>();
        for (Message message : messages()) {
            Map<String, String> attributes = new HashMap<>();
            message.messageAttributes().forEach((name, value) -> attributes.put(name, value.stringValue()));
            queue.claim(message.body(), attributes, 1).ifPresent(claim -> claims.put(message.messageId(), claim));
        }
        claims.values().forEach(claim -> assertThat(claim.attempts()).isZero());
        assertThat(worker.process(claims, Deadline.in(Duration.ofMinutes(10), clock)))
                .isEmpty();
        return claims.size();
    }

    private List<Message> messages() {
        List<Message> messages = sqs.receiveMessage(called -> called.queueUrl(queues.bulk())
                        .maxNumberOfMessages(10)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                .messages();
        messages.forEach(message ->
                sqs.deleteMessage(called -> called.queueUrl(queues.bulk()).receiptHandle(message.receiptHandle())));
        return messages;
    }

    private void enqueue() {
        queue.enqueue(
                List.of(new Job.Image(
                        "job-1",
                        KEYS.keyOf(request, 0),
                        request,
                        Lane.BULK,
                        Caller.SERVICE,
                        Optional.empty(),
                        Horizon.NONE)),
                Duration.ZERO);
    }

    private Receipt receipt() {
        return receipts.find(KEYS.keyOf(request, 0)).orElseThrow();
    }

    private boolean isStored() {
        return store.read(KEYS.keyOf(request, 0)).isPresent();
    }

    private void bring() throws InterruptedException {
        for (int delivery = 0; delivery < 30 && !isStored(); delivery++) {
            clock.advance(EVERY);
            deliver();
        }
    }

    @Test
    void theMessageGoesBackAndTheReceiptStaysOpen() throws Exception {
        enqueue();

        assertThat(deliver()).isEqualTo(1);

        assertThat(receipt().state()).isEqualTo(Receipt.State.OPEN);
        assertThat(receipt().ticket()).isNotEmpty();
        assertThat(api.billed()).isEqualTo(1);
        assertThat(api.polls()).isZero();
        assertThat(polls.waits())
                .as("nobody waits")
                .allSatisfy(wait -> assertThat(wait).isLessThan(EVERY));
    }

    @Test
    void laterDeliveriesPollWithoutWaitingAndBringTheImageForOneBill() throws Exception {
        enqueue();
        deliver();

        bring();

        assertThat(isStored()).isTrue();
        assertThat(api.billed()).isEqualTo(1);
        assertThat(api.polls()).isBetween(3, 8);
        assertThat(polls.waits()).allSatisfy(wait -> assertThat(wait).isLessThan(EVERY));
        assertThat(receipt().state()).isEqualTo(Receipt.State.IMAGE);
        assertThat(messages()).isEmpty();
    }

    @Test
    void creditOfAJobThatEndsUnbilledIsGivenBackInTheMonthInWhichItLeft() throws Exception {
        api.prime(DocumentedError.rejected(
                        "moderated", ZooAnswer.json(200, "{'status':'Content Moderated'}"), Reason.MODERATED)
                .whenPolled());
        enqueue();
        clock.advance(Duration.between(clock.instant(), endOfMonth()).minusMillis(500));
        deliver();
        String month = CreditBudget.currentMonth(clock).toString();
        assertThat(budget.usage(month, CreditBudget.By.ACCOUNT)).hasSize(1);

        clock.advance(EVERY);
        assertThat(deliver()).isEqualTo(1);

        assertThat(api.polls()).isEqualTo(1);
        assertThat(messages()).isEmpty();
        assertThat(CreditBudget.currentMonth(clock).toString()).isNotEqualTo(month);
        for (CreditBudget.By by : CreditBudget.By.values()) {
            assertThat(budget.usage(month, by)).isEmpty();
        }
    }

    private Instant endOfMonth() {
        return CreditBudget.currentMonth(clock)
                .plusMonths(1)
                .atDay(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    @Test
    void trueCostOfAJobThatWasGoneOnWithReplacesTheExpectedOne() throws Exception {
        enqueue();
        deliver();
        assertThat(budget.status(Purchase.DEFAULT_ACCOUNT).used()).isEqualTo(1);

        bring();

        assertThat(budget.status(Purchase.DEFAULT_ACCOUNT).used())
                .as("FLUX's own price")
                .isEqualTo(4);
    }

    @Test
    void afterAFlushTheProvidersJobIsFoundByTheMessage() throws Exception {
        enqueue();
        deliver();
        clients.forget(link);

        clock.advance(EVERY);
        deliver();
        assertThat(receipt().state()).isEqualTo(Receipt.State.OPEN);
        bring();

        assertThat(isStored()).isTrue();
        assertThat(api.billed()).isEqualTo(1);
    }

    @Test
    void providersJobOfADeletedImageIsNotResumed() throws Exception {
        enqueue();
        deliver();
        receipts.noteDeleted(KEYS.keyOf(request, 0), Duration.ofDays(1));

        bring();

        assertThat(isStored()).isFalse();
        assertThat(api.polls()).isZero();
    }

    @Test
    void providersJobThatNeverEndsIsUnknownAndNotBoughtAgain() throws Exception {
        for (int poll = 0; poll < 1000; poll++) {
            api.prime(DocumentedError.rejected("never", ZooAnswer.json(200, "{'status':'Pending'}"), Reason.DATA)
                    .whenPolled());
        }
        enqueue();
        deliver();
        Instant begun = clock.instant();

        int polled = 0;
        while (receipt().state() == Receipt.State.OPEN && polled < 500) {
            clock.advance(EVERY.multipliedBy(3));
            polled += deliver();
        }

        assertThat(receipt().state()).isEqualTo(Receipt.State.UNKNOWN);
        assertThat(Duration.between(begun, clock.instant())).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(125));
        assertThat(polled).as("it is asked for less and less often").isLessThan(30);
        clock.advance(Duration.ofMinutes(10));
        deliver();
        assertThat(api.billed()).isEqualTo(1);
    }

    @Test
    void interactiveRequestWaitsForTheProvidersJob() {
        ImageOutcome outcome = pipeline()
                .obtain(GenerationRequest.onDemand(
                        request, new Caller("address:test"), Deadline.in(Duration.ofMinutes(1), clock)))
                .toCompletableFuture()
                .join();

        assertThat(outcome).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(polls.waits()).contains(EVERY);
    }
}

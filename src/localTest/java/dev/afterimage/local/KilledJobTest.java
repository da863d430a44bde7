package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImagePipeline;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.provider.ApiKeys;
import dev.afterimage.provider.DescribedProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.BannerbearDouble;
import dev.afterimage.provider.zoo.ZooServer;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.JavaProcess;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.ManualPause;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is killed while the provider makes an image: whoever asks next gets that image, and it is billed once. It was
 * opened with the key of the second account, which is the only one that the API takes; the heir would begin with the first.
 */
@Timeout(120)
class KilledJobTest {

    private static final String API = "https://api.bannerbear.com/v2/images";

    /** Nobody has to wait for a permit. */
    private static final Pause AT_ONCE = wait -> {};

    @TempDir
    private Path folder;

    /** The service as far as it makes images, over a database and an image API that are really there. */
    private static final class Service implements AutoCloseable {

        private final MemoryImageStore store = new MemoryImageStore();
        private final Vertx vertx = Vertx.vertx();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final ProviderHttp http;
        private final MemoryLimiter limiter;
        private final ImagePipeline pipeline;
        private final Clock clock;

        Service(Database database, String url, Clock clock, Pause polls, Pause pause) {
            this.clock = clock;
            this.http = new ProviderHttp(vertx, Duration.ofSeconds(5), AnswerRoom.ofHeap(), clock);
            Map<String, String> configured = Map.of(
                    "afterimage.provider.kind", "bannerbear-job",
                    "afterimage.provider.url", url,
                    "afterimage.provider.api-key", "not-the-jobs-key",
                    "afterimage.provider.accounts.second.api-key", ApiDouble.KEY,
                    "afterimage.provider.allowed-hosts", "127.0.0.1");
            TemplateProviders providers = new TemplateProviders(
                    Configs.of(ProviderConfig.class, configured),
                    Configs.of(ProvidersConfig.class, configured),
                    Configs.of(TemplatesConfig.class, configured));
            limiter = new MemoryLimiter(
                    new AccountLimits(
                            new TreeMap<>(Map.of("default", Permitted.WIDE, "second", Permitted.WIDE)),
                            List.of("default", "second")),
                    Limiters.RULES,
                    () -> clock.millis() * 1_000_000,
                    clock,
                    new SqliteReceipts(database, clock));
            CallSettler settler = Permitted.settler(limiter, clock, pause, threads);
            DescribedProvider.Parts parts = DescribedProvider.Parts.of(
                    http,
                    new PermitAcquirer(limiter, clock, AT_ONCE, new Random(1)),
                    (service, method, called, headers, body) -> headers,
                    clock,
                    polls,
                    ProviderWebhooks.none(),
                    false);
            ImageGenerator provider = providers.generator(
                    (api, account) -> DescribedProvider.of(api, account, ApiKeys.configured(account), parts));
            AccountChoice accounts = new AccountChoice(providers, clock);
            this.pipeline = Permitted.pipeline(
                    providers.keys(),
                    new MemoryImageIndex(),
                    store,
                    limiter,
                    settler,
                    Permitted.generator(provider, accounts, limiter, settler, clock, AT_ONCE),
                    provider,
                    Permitted.FRESHNESS,
                    pause,
                    clock,
                    threads);
        }

        ImageOutcome obtain(String data) {
            ImageRequest request = new ImageRequest(new TemplateId("card"), TemplateData.of(data), ImageFormat.PNG);
            return pipeline.obtain(GenerationRequest.onDemand(
                            request, new Caller("address:test"), Deadline.in(Duration.ofMinutes(1), clock)))
                    .toCompletableFuture()
                    .join();
        }

        @Override
        public void close() {
            threads.shutdownNow();
            http.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** What the killed process does: buys an image, and says so when it is about to ask whether the job is done. */
    public static final class Victim {

        public static void main(String[] args) throws Exception {
            Pause forEver = wait -> new CountDownLatch(1).await();
            Pause told = wait -> {
                System.out.println("the job is open");
                System.out.flush();
                forEver.await(wait);
            };
            Service service =
                    new Service(new Database(Path.of(args[0]), false), args[1], Clock.systemUTC(), told, forEver);
            service.limiter.coolDown("default", Duration.ofHours(1));
            service.obtain(args[2]);
        }
    }

    @Test
    void jobOfAKilledProcessIsResumedAndBilledOnce() throws Exception {
        MutableClock providersClock = new MutableClock(Instant.now());
        BannerbearDouble api = new BannerbearDouble(providersClock, true);
        try (ZooServer server = new ZooServer(api, API)) {
            try (JavaProcess victim = JavaProcess.start(Victim.class, folder, server.local(API), api.data(1))) {
                assertThat(victim.nextLine()).isEqualTo("the job is open");
                victim.kill();
            }
            assertThat(api.billed()).isEqualTo(1);

            providersClock.advance(Duration.ofMinutes(2));
            MutableClock clock = new MutableClock(
                    Instant.now().plus(Permitted.WIDE.longestCall().multipliedBy(2)));
            try (Database database = new Database(folder, false);
                    Service heir = new Service(
                            database, server.local(API), clock, new FakePause(clock), new ManualPause(clock))) {
                ImageOutcome outcome = heir.obtain(api.data(1));

                assertThat(outcome).isInstanceOf(ImageOutcome.Stored.class);
                assertThat(heir.store.read(
                                ((ImageOutcome.Stored) outcome).entry().key()))
                        .hasValueSatisfying(image -> assertThat(image.content()).isEqualTo(api.image()));
                assertThat(heir.obtain(api.data(1))).isInstanceOf(ImageOutcome.Hit.class);
            }
            assertThat(api.billed()).isEqualTo(1);
            assertThat(api.polls()).isPositive();
        }
    }
}

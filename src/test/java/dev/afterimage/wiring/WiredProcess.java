package dev.afterimage.wiring;

import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.SqsConfig;
import dev.afterimage.batch.BatchIntake;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.CacheConfig;
import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.generation.guard.RetryGuard;
import dev.afterimage.http.BodiesOfCallbacks;
import dev.afterimage.http.HttpConfig;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.jobs.CallbackConfig;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.QueuedBacklog;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuota.QuotaConfig;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.BudgetConfig;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.metrics.MeteredGenerator;
import dev.afterimage.metrics.Meters;
import dev.afterimage.pipeline.Backlog;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.redis.LimiterScript;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * One process of the service, put together by the service's own wiring on a machine of the caller's: the {@code aws} back end
 * with Redis, S3 and SQS. HTTP is left out, and URLs are signed without RSA.
 */
public final class WiredProcess {

    /** No test reads these meters, so all processes share them. */
    public static final Meters METERS = new Meters(new SimpleMeterRegistry());

    /** The same for every process. */
    private static final KeyScheme KEYS = new KeyScheme(ProviderIdentity.builtIn("demo"));

    /** What differs from one process to the next: its machine and its clients. */
    public record Surroundings(
            Machine machine,
            Redis redis,
            S3Client s3,
            SqsClient sqs,
            CatalogueSource catalogues,
            ImageGenerator provider,
            Callbacks.Transport callbacks) {}

    /** The four guards; SmallRye's use real time, so a simulated process brings others. */
    public record Guards(RetryGuard retry, BreakerGuard breaker, CallGuard belt, LocalRateLimit rate) {}

    /**
     * A mistake that is put back into the service, to see that it is found. Each method gets a part as the wiring made it,
     * and returns what takes its place.
     */
    public interface Flaw {
        default ImageGenerator provider(ImageGenerator right) {
            return right;
        }

        default ImageStore store(ImageStore right) {
            return right;
        }

        default ImageIndex index(ImageIndex right) {
            return right;
        }

        default ProviderLimiter limiter(ProviderLimiter right) {
            return right;
        }

        default Receipts receipts(Receipts right) {
            return right;
        }

        default FlightLeases leases(FlightLeases right) {
            return right;
        }

        default CreditBudget budget(CreditBudget right) {
            return right;
        }

        default JobQueue queue(JobQueue right) {
            return right;
        }

        default PendingKeys marks(PendingKeys right) {
            return right;
        }

        default TemplateVersions versions(TemplateVersions right) {
            return right;
        }

        default BatchLedger ledger(BatchLedger right) {
            return right;
        }

        default ImageService images(ImageService right) {
            return right;
        }

        default UrlSigner signer(UrlSigner right) {
            return right;
        }
    }

    /** All settings that a process reads, in the service's own words. */
    public record Settings(SmallRyeConfig config) {
        public static Settings of(Map<String, String> values) {
            SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withSources(new PropertiesConfigSource(values, "the simulated fleet", 300))
                    .withSources(new GuardDefaults())
                    .withValidateUnknown(false);
            ConfigurationCheck.MAPPINGS.forEach(builder::withMapping);
            return new Settings(builder.build());
        }

        public <T> T of(Class<T> mapping) {
            return config.getConfigMapping(mapping);
        }
    }

    private final ImageService images;
    private final Worker worker;
    private final CatalogueRunner catalogues;
    private final BatchIntake batches;
    private final BatchLedger ledger;
    private final CreditBudget budget;
    private final List<String> accountNames;
    private final Drain drain;
    private final UrlSigner signer;
    private final Callbacks callbacks;

    public WiredProcess(Settings settings, Surroundings surroundings, Guards guards, Flaw flaw) {
        Machine machine = surroundings.machine();
        BackendConfig backends = settings.of(BackendConfig.class);
        CacheConfig cache = settings.of(CacheConfig.class);
        GenerationConfig generation = settings.of(GenerationConfig.class);
        PregenerationConfig pregeneration = settings.of(PregenerationConfig.class);
        ProviderConfig providerConfig = settings.of(ProviderConfig.class);
        ProviderLimitConfig limitConfig = settings.of(ProviderLimitConfig.class);
        RedisConfig redisConfig = settings.of(RedisConfig.class);
        S3Config s3Config = settings.of(S3Config.class);
        RedisLink link = new RedisLink(surroundings.redis(), redisConfig, machine.nanoTime(), machine.pause());
        Instance<RedisLink> redis = instance(link);
        Instance<S3Client> s3 = instance(surroundings.s3());

        drain = new Drain(machine.clock(), machine.pause());

        CacheWiring caches = new CacheWiring();
        DeliveryConfig delivery = settings.of(DeliveryConfig.class);
        Instance<LocalBackend> local = instance(null);
        ImageIndex index = flaw.index(caches.index(
                backends, cache, local, redis, redisConfig, delivery, lazily(this::signer), METERS, machine));
        DeliveryWiring deliveries = new DeliveryWiring();
        BaseUrl baseUrl = deliveries.baseUrl(delivery);
        ExpiryWindow window = deliveries.expiryWindow(delivery, machine.clock());
        signer = flaw.signer(
                DeliveryWiring.remembered(withoutRsa(baseUrl, window), () -> "key", window, index, drain, delivery));
        ImageStore store =
                flaw.store(caches.store(backends, local, s3Config, s3, METERS, new ProviderWiring().answerRoom()));
        TemplateVersions versions = flaw.versions(
                caches.templateVersions(backends, cache, local, s3Config, s3, redis, redisConfig, machine));

        TemplateProviders providers = new TemplateProviders(
                providerConfig, settings.of(ProvidersConfig.class), settings.of(TemplatesConfig.class));
        LimitWiring limits = new LimitWiring();
        AccountLimits allowed = limits.limits(limitConfig, providers);
        accountNames = allowed.main();
        ReceiptRules rules = limits.receiptRules(generation);
        Instance<LimiterScript> script =
                instance(limits.limiterScript(link, redisConfig, allowed, rules, generation, store, machine));
        Instance<MemoryLimiter> none = instance(null);
        ProviderLimiter limiter = flaw.limiter(limits.limiter(backends, script, none, METERS));
        Receipts receipts = flaw.receipts(limits.receipts(backends, script, none, machine));
        CallSettler settler = limits.callSettler(receipts, allowed, machine);
        PermitAcquirer gate = limits.permitAcquirer(limiter, machine);
        FlightLeases leases = flaw.leases(limits.leases(backends, redis, redisConfig, machine));
        budget = flaw.budget(limits.creditBudget(
                backends,
                limitConfig,
                settings.of(BudgetConfig.class),
                settings.of(ProvidersConfig.class),
                providers,
                local,
                redis,
                redisConfig,
                instance(store),
                machine));
        CallerQuota quota = limits.callerQuota(
                backends, settings.of(QuotaConfig.class), redis, redisConfig, METERS, machine.clock());

        QueueWiring queues = new QueueWiring();
        JobQueue queue = flaw.queue(queues.jobQueue(
                backends,
                pregeneration,
                local,
                settings.of(SqsConfig.class),
                instance(surroundings.sqs()),
                redis,
                redisConfig,
                machine,
                METERS,
                machine.threads()));
        PendingKeys marks = flaw.marks(queues.pendingKeys(backends, local, redis, redisConfig, METERS, machine));
        ledger = flaw.ledger(queues.batchLedger(backends, local, redis, redisConfig, machine.clock()));
        Checkpoints checkpoints = queues.checkpoints(backends, local, redis, redisConfig);
        TimeOrderedIds ids = queues.ids(machine);
        Backlog backlog = new QueuedBacklog(queue, marks, ids);

        GenerationWiring generations = new GenerationWiring();
        FreshnessPolicy freshness = generations.freshnessPolicy(cache, settings.of(TemplatesConfig.class));
        ImageGenerator provider = flaw.provider(new MeteredGenerator(METERS, surroundings.provider()));
        AccountChoice accounts = new AccountChoice(providers, machine.clock());
        ImageGenerator guarded = generations.guarded(
                provider,
                guards.retry(),
                guards.breaker(),
                guards.belt(),
                guards.rate(),
                budget,
                accounts,
                gate,
                settler,
                limiter,
                providerConfig,
                generation,
                machine,
                generations.retryPolicy(generation, machine));
        images = flaw.images(generations.imageService(
                backends,
                KEYS,
                versions,
                index,
                store,
                leases,
                receipts,
                settler,
                guarded,
                provider,
                providerConfig,
                providers,
                budget,
                accounts,
                gate,
                freshness,
                quota,
                backlog,
                drain,
                generation,
                settings.of(HttpConfig.class),
                machine,
                instance(signer),
                METERS));
        callbacks = new Callbacks(
                settings.of(CallbackConfig.class).secrets(),
                surroundings.callbacks(),
                BodiesOfCallbacks.of(ledger, images, marks, signer, baseUrl, machine.clock(), delivery),
                queue,
                ids,
                machine.clock());
        worker = queues.worker(images, queue, ledger, marks, providers, pregeneration, machine, callbacks);
        Planner planner = new Planner(KEYS, versions, index, machine.clock());
        batches = new BatchIntake(planner, queue, ledger, ids, machine.clock(), machine.pause(), callbacks);
        catalogues = new CatalogueRunner(
                pregeneration, surroundings.catalogues(), planner, freshness, queue, checkpoints, ids, machine.clock());
    }

    /** The key that every process of the fleet gives to a request of a template that was never purged. */
    public static KeyScheme keys() {
        return KEYS;
    }

    public ImageService images() {
        return images;
    }

    public Worker worker() {
        return worker;
    }

    public CatalogueRunner catalogues() {
        return catalogues;
    }

    public BatchIntake batches() {
        return batches;
    }

    public BatchLedger ledger() {
        return ledger;
    }

    public Callbacks callbacks() {
        return callbacks;
    }

    public UrlSigner signer() {
        return signer;
    }

    /** As CloudFront's, except for the signature, which takes a millisecond. */
    private static UrlSigner withoutRsa(BaseUrl baseUrl, ExpiryWindow window) {
        return entry -> {
            Instant expiry = window.expiryOf(entry.key());
            return new SignedUrl(baseUrl.resource(entry) + "&Expires=" + expiry.getEpochSecond(), expiry);
        };
    }

    public CreditBudget budget() {
        return budget;
    }

    /** By the names of their budgets. */
    public List<String> accounts() {
        return accountNames;
    }

    public Drain drain() {
        return drain;
    }

    private static <T> Instance<T> instance(T bean) {
        return lazily(() -> bean);
    }

    /** Of a bean of which there is one. */
    @SuppressWarnings("unchecked")
    private static <T> Instance<T> lazily(Supplier<T> bean) {
        return (Instance<T>) Proxy.newProxyInstance(
                WiredProcess.class.getClassLoader(), new Class<?>[] {Instance.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("get")) {
                        return bean.get();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}

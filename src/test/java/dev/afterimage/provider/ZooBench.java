package dev.afterimage.provider;

import dev.afterimage.aws.SigV4Signer;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.JobPoller.PollPermits;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.ZooAnswer;
import dev.afterimage.provider.zoo.ZooCall;
import dev.afterimage.testing.Configs;
import dev.afterimage.time.Pause;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.MultiMap;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A shipped description in front of its double; calls and pauses move the clock. */
final class ZooBench {

    /** The limits that answers showed. */
    final List<String> shown = new ArrayList<>();

    private static final SigV4Signer SIGNER = new SigV4Signer(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
            "us-east-1",
            Clock.fixed(Instant.parse("2026-03-04T12:00:00Z"), ZoneOffset.UTC));

    private static final Duration TRAVEL = Duration.ofMillis(2);
    /** Some public address; nothing is sent there. */
    private static final byte[] PUBLIC = {93, (byte) 184, (byte) 216, 34};

    final ApiDouble api;
    final Description description;
    final ApiSettings config;
    /** As the service takes them from the description. */
    final Limits limits;

    /** Off, unless a test turns them on. */
    ProviderWebhooks webhooks = ProviderWebhooks.none();

    private final Clock clock;
    private final Pause pause;

    ZooBench(ApiDouble api, Clock clock, Pause pause) {
        this.api = api;
        this.clock = clock;
        this.pause = pause;
        this.description = Descriptions.of(api.kind());
        SmallRyeConfig settings = config();
        this.config = ApiSettings.of(settings.getConfigMapping(ProviderConfig.class));
        ProviderLimitConfig limit = settings.getConfigMapping(ProviderLimitConfig.class);
        this.limits = new Limits(
                limit.rate(), limit.rateWindow(), limit.concurrency(), limit.bulkShare(), config.longestCall());
    }

    private SmallRyeConfig config() {
        Map<String, String> settings = new HashMap<>(Descriptions.limits(Set.of(api.kind())));
        settings.put("kind", api.kind());
        settings.put("api-key", ApiDouble.KEY);
        settings.putAll(api.settings());
        Map<String, String> properties = new HashMap<>();
        settings.forEach((name, value) -> properties.put("afterimage.provider." + name, value));
        return Configs.with(properties, ProviderConfig.class, ProviderLimitConfig.class);
    }

    DescribedProvider provider(PollPermits permits) {
        return provider(permits, false);
    }

    DescribedProvider provider(PollPermits permits, boolean setsJobsDown) {
        return new DescribedProvider(
                description,
                config,
                ApiKeys.configured(config),
                new DescribedProvider.Parts(
                        this::exchange,
                        name -> List.of(InetAddress.getByAddress(name, PUBLIC)),
                        permits,
                        (account, calls, window) -> shown.add(calls + " in " + window),
                        SIGNER::sign,
                        clock,
                        pause,
                        webhooks,
                        setsJobsDown));
    }

    private Answer exchange(HttpCall call, Attempt.Departure departure) {
        departure.now();
        departure.written(clock.instant());
        await(TRAVEL);
        Map<String, String> headers = new HashMap<>();
        call.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        ZooAnswer answer = api.arrive(new ZooCall(
                call.method(),
                call.to().host(),
                call.to().target(),
                headers,
                call.body().orElse("")));
        await(answer.takes());
        api.left();
        await(TRAVEL);
        MultiMap answered = MultiMap.caseInsensitiveMultiMap();
        answer.headers().forEach(answered::add);
        return new Answer(answer.status(), answered, answer.body());
    }

    private void await(Duration time) {
        try {
            pause.await(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    ImageRequest request(int number) {
        return new ImageRequest(new TemplateId("card"), TemplateData.of(api.data(number)), ImageFormat.PNG);
    }
}

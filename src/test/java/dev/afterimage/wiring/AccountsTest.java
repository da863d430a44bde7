package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.RetryPolicy;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.DepartureLog;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.simulation.SimulatedRun;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.ClosedCircuit;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Purchases;
import dev.afterimage.testing.Retrying;
import dev.afterimage.testing.SampleImages;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Machine;
import dev.afterimage.wiring.WiredProcess.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two accounts of one API in the composed chain, as the API sees them: by key. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AccountsTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String FIRST = "key-1";
    private static final String SECOND_KEY = "key-2";

    private final MutableClock clock = MutableClock.atSomeTime();
    private final FakePause pause = new FakePause(clock);
    private final Machine machine =
            new Machine(clock, clock::nanoTime, pause, new SplittableRandom(1), () -> "token", new CallersThread());
    private final Api api = new Api();
    private final Budget budget = new Budget();

    /** Counts by key what arrives, and answers some keys otherwise than with an image. */
    private static final class Api {
        private final List<String> calls = new ArrayList<>();
        private final Map<String, DepartureLog> logs = new HashMap<>();
        private final Map<String, Supplier<GenerationException>> failures = new HashMap<>();

        GeneratedImage answer(String key, long nanoTime) {
            calls.add(key);
            logs.computeIfAbsent(key, first -> new DepartureLog()).add(nanoTime);
            if (failures.containsKey(key)) {
                throw failures.get(key).get();
            }
            return new GeneratedImage(SampleImages.png(), ImageFormat.PNG);
        }
    }

    /** Takes as many credits of an account as it has. */
    private static final class Budget implements CreditBudget {
        private final Map<String, Integer> left = new HashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public Decision reserve(Charge charge) {
            asked.add(charge.account());
            int now = left.getOrDefault(charge.account(), 1_000_000);
            if (now == 0) {
                return new Exhausted(Instant.MAX, By.ACCOUNT);
            }
            left.put(charge.account(), now - 1);
            return new Reserved("2026-11", charge);
        }

        @Override
        public void settle(Reserved reserved, double cost) {
            left.merge(reserved.charge().account(), 1, Integer::sum);
        }

        @Override
        public Status status(String account) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Usage> usage(String month, By by) {
            throw new UnsupportedOperationException();
        }
    }

    /** The chain, and the limiter in it. */
    private record Chain(ImageGenerator guarded, MemoryLimiter limiter) {}

    private static Settings settings(String... namesAndValues) {
        Map<String, String> values = new HashMap<>(Map.of(
                "afterimage.provider.kind",
                "openai",
                "afterimage.provider.rate",
                "5",
                "afterimage.provider.rate-window",
                "1s",
                "afterimage.provider.api-key",
                FIRST,
                "afterimage.provider.accounts.second.api-key",
                SECOND_KEY));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Settings.of(values);
    }

    private static TemplateProviders providers(Settings settings) {
        return new TemplateProviders(
                settings.of(ProviderConfig.class),
                settings.of(ProvidersConfig.class),
                settings.of(TemplatesConfig.class));
    }

    private Chain chain(Settings settings, Machine on) {
        TemplateProviders providers = providers(settings);
        AccountLimits limits = providers.limits(settings.of(ProviderLimitConfig.class));
        MemoryLimiter limiter =
                new MemoryLimiter(limits, Limiters.RULES, on.nanoTime(), on.clock(), ReceiptStorage.NONE);
        ImageGenerator keyed = providers.generator((choice, account) -> (request, attempt) -> {
            attempt.departure().now();
            return api.answer(account.apiKey().orElse("none"), on.nanoTime().getAsLong());
        });
        GenerationWiring wiring = new GenerationWiring();
        ImageGenerator guarded = wiring.guarded(
                keyed,
                new Retrying(on.pause()),
                new ClosedCircuit(),
                new CallGuard(),
                new LocalRateLimit(),
                budget,
                new AccountChoice(providers, on.clock()),
                new PermitAcquirer(limiter, on.clock(), on.pause(), on.random()),
                new CallSettler(limiter, limits.longestCall(), on.clock(), on.pause(), on.threads()),
                limiter,
                settings.of(ProviderConfig.class),
                settings.of(GenerationConfig.class),
                on,
                new RetryPolicy(Duration.ofSeconds(30), on.clock(), on.random()));
        return new Chain(guarded, limiter);
    }

    private GeneratedImage generate(Chain chain, Orders order) {
        return chain.guarded()
                .generate(REQUEST, Attempt.of(Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(25), clock), order));
    }

    private void generate(Chain chain) {
        Orders order = Orders.next();
        generate(chain, order);
        chain.limiter().settle(order.calls().getLast(), new CallOutcome.Image(clock.instant()));
    }

    private static List<LaneStop.Reason> stops(Chain chain, String account) {
        return chain.limiter().status().accounts().stream()
                .filter(one -> one.name().equals(account))
                .flatMap(one -> one.stops().stream())
                .map(LaneStop::reason)
                .toList();
    }

    @Test
    void twoAccountsOfFiveASecondGiveTenAndNoneMoreThanItsFive() {
        List<Instant> done = new ArrayList<>();
        SimulatedRun.run(3, Duration.ofMinutes(5), on -> {
            Chain chain = chain(settings(), on);
            Deadline late = Deadline.in(Duration.ofMinutes(4), on.clock());
            for (int image = 0; image < 300; image++) {
                on.threads().execute(() -> {
                    Orders order = Orders.next();
                    chain.guarded().generate(REQUEST, Attempt.of(Lane.INTERACTIVE, late, order));
                    order.calls()
                            .forEach(call -> chain.limiter()
                                    .settle(
                                            call,
                                            new CallOutcome.Image(on.clock().instant())));
                    done.add(on.clock().instant());
                });
            }
        });

        assertThat(done).hasSize(300);
        assertThat(Duration.between(done.getFirst(), done.getLast())).isLessThan(Duration.ofSeconds(31));
        assertThat(api.logs).containsOnlyKeys(FIRST, SECOND_KEY);
        assertThat(api.logs.values())
                .allSatisfy(
                        log -> assertThat(log.mostInAnyWindow(SECOND.toNanos())).isEqualTo(5));
    }

    @Test
    void whereOneIsThrottledForAMinuteTheOtherMakesTheImageAtOnceAndGoesOn() {
        Chain chain = chain(settings(), machine);
        Instant start = clock.instant();
        api.failures.put(FIRST, () -> ThrottledException.byProvider(Duration.ofMinutes(1)));

        for (int image = 0; image < 5; image++) {
            generate(chain);
        }

        assertThat(clock.instant()).isEqualTo(start);
        assertThat(api.calls).containsExactly(FIRST, SECOND_KEY, SECOND_KEY, SECOND_KEY, SECOND_KEY, SECOND_KEY);
        assertThat(chain.limiter().status().accounts())
                .extracting(LimiterStatus.Account::coolDownLeft)
                .containsExactly(Duration.ofMinutes(1), Duration.ZERO);
    }

    @Test
    void whereAllAreThrottledTheCallWaitsForTheFirstOfThem() {
        Chain chain = chain(settings(), machine);
        Instant start = clock.instant();
        api.failures.put(FIRST, () -> {
            api.failures.remove(FIRST);
            return ThrottledException.byProvider(Duration.ofSeconds(20));
        });
        api.failures.put(SECOND_KEY, () -> {
            api.failures.remove(SECOND_KEY);
            return ThrottledException.byProvider(Duration.ofSeconds(3));
        });

        generate(chain);

        assertThat(api.calls).containsExactly(FIRST, SECOND_KEY, SECOND_KEY);
        assertThat(Duration.between(start, clock.instant())).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whereOnesKeyIsRefusedTheOtherGoesOnAndItsLanesSayWhich() {
        Chain chain = chain(settings(), machine);
        api.failures.put(FIRST, () -> new AccessRefusedException("401"));

        for (int second = 0; second < 90; second++) {
            generate(chain);
            clock.advance(SECOND);
        }

        assertThat(api.calls)
                .filteredOn(FIRST::equals)
                .as("the first, and a probe")
                .hasSize(2);
        assertThat(api.calls).filteredOn(SECOND_KEY::equals).hasSize(90);
        assertThat(stops(chain, "default")).containsExactly(LaneStop.Reason.ACCESS_REFUSED);
        assertThat(stops(chain, "second")).isEmpty();
        api.failures.clear();
        clock.advance(Duration.ofMinutes(1));
        generate(chain);
        assertThat(stops(chain, "default")).isEmpty();
    }

    @Test
    void whereOneIsOutOfCreditsTheOtherGoesOn() {
        Chain chain = chain(settings(), machine);
        api.failures.put(
                FIRST, () -> new OutOfCreditsException("402", clock.instant().plusSeconds(900)));

        generate(chain);
        generate(chain);

        assertThat(api.calls).containsExactly(FIRST, SECOND_KEY, SECOND_KEY);
        assertThat(stops(chain, "default")).containsExactly(LaneStop.Reason.OUT_OF_CREDITS);
        assertThat(budget.left).as("what was not billed is given back").containsEntry("default", 1_000_000);
    }

    @Test
    void whereNoneHasCreditsTheCallerIsToldSoAndEachWasAskedOnce() {
        Chain chain = chain(settings(), machine);
        api.failures.put(
                FIRST, () -> new OutOfCreditsException("402", clock.instant().plusSeconds(900)));
        api.failures.put(
                SECOND_KEY,
                () -> new OutOfCreditsException("402", clock.instant().plusSeconds(900)));

        assertThatThrownBy(() -> generate(chain)).isInstanceOf(OutOfCreditsException.class);

        assertThat(api.calls).containsExactly(FIRST, SECOND_KEY);
    }

    @Test
    void anAccountWhoseBudgetIsSpentIsLeftOutAndItsLanesGoOn() {
        Chain chain = chain(settings(), machine);
        budget.left.put("default", 1);

        generate(chain);
        generate(chain);
        generate(chain);

        assertThat(api.calls).containsExactly(FIRST, SECOND_KEY, SECOND_KEY);
        assertThat(budget.asked).containsExactly("default", "default", "second", "second");
        assertThat(stops(chain, "default")).isEmpty();
        budget.left.put("default", 1);
        clock.advance(SECOND);
        generate(chain);
        assertThat(api.calls).endsWith(FIRST);
    }

    @Test
    void whereAllBudgetsAreSpentNobodyWaitsForAPermit() {
        Chain chain = chain(settings(), machine);
        budget.left.put("default", 0);
        budget.left.put("second", 0);

        assertThatThrownBy(() -> generate(chain)).isInstanceOf(OutOfCreditsException.class);
        assertThatThrownBy(() -> generate(chain)).isInstanceOf(OutOfCreditsException.class);

        assertThat(api.calls).isEmpty();
        assertThat(budget.asked).containsExactly("default", "second");
    }

    @Test
    void anUnknownOutcomeIsNotRepeatedWithAnotherAccount() {
        Chain chain = chain(settings(), machine);
        api.failures.put(FIRST, () -> OutcomeUnknownException.serverError("500"));

        assertThatThrownBy(() -> generate(chain)).isInstanceOf(OutcomeUnknownException.class);

        assertThat(api.calls).containsExactly(FIRST);
    }

    /** It would not know the name, and bill the image a second time. */
    @Test
    void whereTheProviderKnowsNamesARepetitionHasTheAccountOfTheFirst(@TempDir Path directory) throws IOException {
        Path description = Files.writeString(directory.resolve("named.json"), """
                {"name": "named", "url": "https://api.example.com/images", "method": "POST",
                 "headers": {"Authorization": "Bearer {apiKey}"}, "body": {"title": "{data/title}"}, "result": ["/url"],
                 "idempotency": {"header": "Idempotency-Key"}}
                """);
        Purchase lost = Purchases.next().billedTo("second").withIdempotencySuffix("first");

        generate(chain(settings("afterimage.provider.kind", "file:" + description), machine), Orders.of(lost));
        generate(chain(settings(), machine), Orders.of(lost));

        assertThat(api.calls).containsExactly(SECOND_KEY, FIRST);
    }

    @Test
    void anAccountOfItsOwnLimitsIsCountedByThem() {
        Settings settings = settings(
                "afterimage.provider.accounts.second.rate", "60",
                "afterimage.provider.accounts.second.rate-window", "1m");
        AccountLimits limits = providers(settings).limits(settings.of(ProviderLimitConfig.class));

        assertThat(limits.of("default").rate()).isEqualTo(5);
        assertThat(limits.of("second").rate()).isEqualTo(60);
        assertThat(limits.of("second").window()).isEqualTo(Duration.ofMinutes(1));
        assertThat(figure(settings, "LocalRateLimit/pass\".rate-limit.value")).isEqualTo(300 + 60);
        assertThat(figure(settings, "LocalRateLimit/pass\".rate-limit.window")).isEqualTo(60_000);
    }

    @Test
    void theLocalBeltAllowsWhatAllAccountsMayDo() {
        Settings settings = settings("afterimage.provider.concurrency", "3");

        assertThat(figure(settings, "LocalRateLimit/pass\".rate-limit.value")).isEqualTo(10);
        assertThat(figure(settings, "LocalRateLimit/pass\".rate-limit.window")).isEqualTo(1000);
        assertThat(figure(settings, "CallGuard/call\".bulkhead.value")).isEqualTo(6);
    }

    private static long figure(Settings settings, String name) {
        return settings.config()
                .getValue("quarkus.fault-tolerance.\"dev.afterimage.generation.guard." + name, Long.class);
    }
}

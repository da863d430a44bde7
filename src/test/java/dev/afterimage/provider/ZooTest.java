package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.PermittedGenerator;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.provider.JobPoller.PollPermits;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.DocumentedError;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.simulation.SimulatedRun;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every shipped description against a double of its API. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ZooTest {

    private static Attempt attempt() {
        return attempt(Orders.next());
    }

    private static Attempt attempt(Orders order) {
        return Attempt.of(Lane.INTERACTIVE, new Deadline(Instant.MAX), order);
    }
    /** How much shorter a wait until a given moment is by the time the answer has arrived. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(50);

    private static final Path DOCUMENT = Path.of("docs/providers.md");

    /** Results of the runs, for the table in the document. */
    private static final Map<Zoo, Integer> ERRORS_MET = new EnumMap<>(Zoo.class);

    private static final Map<Zoo, Integer> CALLS_UNDER_LOAD = new EnumMap<>(Zoo.class);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final FakePause pause = new FakePause(clock);

    private ZooBench bench(Zoo animal) {
        return new ZooBench(animal.in(clock), clock, pause);
    }

    @ParameterizedTest
    @EnumSource
    void theImageIsFoundAndItsCostIsCounted(Zoo animal) {
        ZooBench bench = bench(animal);
        DescribedProvider provider = bench.provider(ProviderBench.FREE);

        for (int number = 0; number < 3; number++) {
            GeneratedImage image = provider.generate(bench.request(number), attempt());
            assertThat(image.content()).isEqualTo(bench.api.image());
            assertThat(image.cost()).hasValue(bench.api.cost());
        }

        assertThat(bench.api.billed()).isEqualTo(3);
        assertThat(bench.api.calls()).isEqualTo(3);
    }

    @Test
    void bedrockTakesTheFormatsThatAreOffered() {
        ZooBench bench = bench(Zoo.BEDROCK);
        for (ImageFormat format : bench.description.formats().keySet()) {
            ImageRequest request = bench.request(0);
            assertThat(bench.provider(ProviderBench.FREE)
                            .generate(new ImageRequest(request.template(), request.data(), format), attempt())
                            .content())
                    .as(format.word())
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI, stream, true",
        "OPENAI, partial_images, 3",
        "FLUX, webhook_url, \"https://example.com\"",
        "FLUX, webhook_secret, \"s\"",
        "REPLICATE, num_outputs, 4",
        "REPLICATE, num_images, 4",
        "REPLICATE, number_of_images, 9",
        "REPLICATE, max_images, 15",
        "FAL, num_images, 4",
        "FAL, max_images, 6",
        "HTML_CSS_TO_IMAGE, url, \"https://example.com\""
    })
    void noRequestOrdersMoreImagesOrAnotherWayOfAnswering(Zoo animal, String member, String value) {
        ZooBench bench = bench(animal);
        ImageRequest one = bench.request(0);
        String more = one.data().json().replaceFirst("}$", ",\"" + member + "\":" + value + "}");
        ImageRequest request = new ImageRequest(one.template(), TemplateData.of(more), one.format());

        assertThatThrownBy(() -> bench.provider(ProviderBench.FREE).generate(request, attempt()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("/" + member);
        assertThat(bench.api.calls()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"OPENAI, 5 in PT1M", "PLACID, 30 in PT1M"})
    void aLimitThatAnAnswerShowsIsTold(Zoo animal, String limit) {
        ZooBench bench = bench(animal);

        bench.provider(ProviderBench.FREE).generate(bench.request(0), attempt());

        assertThat(bench.shown).containsExactly(limit);
    }

    @ParameterizedTest
    @EnumSource
    void everyDocumentedErrorHasItsMeaning(Zoo animal) {
        int count = bench(animal).api.errors().size();
        for (int index = 0; index < count; index++) {
            ZooBench bench = bench(animal);
            DocumentedError error = bench.api.errors().get(index);
            bench.api.prime(error);

            GenerationException failure = catchThrowableOfType(
                    GenerationException.class,
                    () -> bench.provider(ProviderBench.FREE).generate(bench.request(1), attempt()));

            assertThat(failure).as(error.name()).isInstanceOf(error.meaning()).hasMessageNotContaining(ApiDouble.KEY);
            if (failure instanceof RejectedException rejected) {
                assertThat(Optional.of(rejected.reason())).as(error.name()).isEqualTo(error.reason());
            }
            if (failure instanceof ThrottledException throttled) {
                assertThat(throttled.retryAfter().isPresent())
                        .as(error.name())
                        .isEqualTo(error.retryAfter().isPresent());
                error.retryAfter()
                        .ifPresent(wait -> assertThat(throttled.retryAfter().orElseThrow())
                                .as(error.name())
                                .isBetween(wait.minus(ON_THE_WAY), wait));
            }
        }
        ERRORS_MET.put(animal, count);
    }

    /** Three windows' worth of calls at once, in simulated time, within the described limits. */
    @ParameterizedTest
    @EnumSource
    void underLoadTheLimitHoldsAndEachImageIsBilledOnce(Zoo animal) {
        List<ZooBench> benches = new ArrayList<>();
        List<Integer> done = new ArrayList<>();
        Limits limits = bench(animal).limits;
        int images = Math.min(3 * limits.rate(), 900) + 7;
        SimulatedRun.run(18, Duration.ofMinutes(30), machine -> {
            ZooBench bench = new ZooBench(animal.in(machine.clock()), machine.clock(), machine.pause());
            benches.add(bench);
            MemoryLimiter limiter = new MemoryLimiter(
                    AccountLimits.of(bench.limits),
                    new ReceiptRules(1, 5),
                    machine.nanoTime(),
                    machine.clock(),
                    ReceiptStorage.NONE);
            ImageGenerator permitted = permitted(bench, limiter, machine);
            Deadline late = Deadline.in(Duration.ofMinutes(29), machine.clock());
            for (int image = 0; image < images; image++) {
                int number = image;
                machine.threads().execute(() -> {
                    Orders order = Orders.next();
                    permitted.generate(bench.request(number), Attempt.of(Lane.INTERACTIVE, late, order));
                    order.calls()
                            .forEach(call -> limiter.settle(
                                    call, new CallOutcome.Image(machine.clock().instant())));
                    done.add(number);
                });
            }
        });
        ApiDouble api = benches.getFirst().api;

        assertThat(api.throttled()).isZero();
        assertThat(done).hasSize(images);
        assertThat(api.billed()).isEqualTo(images);
        CALLS_UNDER_LOAD.put(animal, api.calls());
    }

    static ImageGenerator permitted(ZooBench bench, MemoryLimiter limiter, Machine machine) {
        PermitAcquirer gate = new PermitAcquirer(limiter, machine.clock(), machine.pause(), machine.random());
        CallSettler settler = new CallSettler(
                limiter, bench.limits.longestCall(), machine.clock(), machine.pause(), machine.threads());
        return new PermittedGenerator(
                new AccountChoice(new Permitted.OneAccount(), machine.clock()),
                gate,
                new LocalRateLimit(),
                settler,
                Duration.ofMinutes(1),
                machine.clock(),
                bench.provider(PollPermits.of(gate)));
    }

    @ParameterizedTest
    @EnumSource
    void jobsTicketIsKeptBeforePollingAndResumedWithoutASecondBill(Zoo animal) {
        ZooBench first = bench(animal);
        if (first.description.job().isEmpty()) {
            return;
        }
        Orders order = Orders.next();
        int number = 0;
        while (order.ticket().isEmpty() && number < 4) {
            first.provider(ProviderBench.FREE).generate(first.request(number++), attempt(order));
        }
        int bills = first.api.billed();

        byte[] resumed = first.provider(ProviderBench.FREE)
                .generate(first.request(number - 1), attempt(order))
                .content();

        assertThat(first.api.polls()).isPositive();
        assertThat(resumed).isEqualTo(first.api.image());
        assertThat(first.api.billed()).isEqualTo(bills);
        assertThat(first.api.calls()).isEqualTo(bills);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void tableOfTheDocumentMatchesTheRuns() throws IOException {
        String document = Files.readString(DOCUMENT);
        String table = "| API | kind | formats | limits | failures told apart | 429s under load |\n"
                + "| --- | --- | --- | --- | --- | --- |\n"
                + List.of(Zoo.values()).stream().map(this::row).collect(Collectors.joining());

        String expected = document.replaceFirst(
                "(?s)<!-- zoo -->.*<!-- /zoo -->",
                Matcher.quoteReplacement("<!-- zoo -->\n" + table + "<!-- /zoo -->"));
        Files.writeString(Path.of("target/providers.md"), expected);

        assertThat(document)
                .as("docs/providers.md is out of date; target/providers.md is what it should be")
                .isEqualTo(expected);
    }

    @Test
    void theReadmeNamesEveryApiOfTheZoo() throws IOException {
        String readme = Files.readString(Path.of("README.md")).replaceAll("\\s+", " ");
        assertThat(readme)
                .contains(List.of(Zoo.values()).stream()
                        .map(animal -> animal.in(clock).title())
                        .filter(title -> !title.endsWith("(job)"))
                        .toList());
    }

    private String row(Zoo animal) {
        ApiDouble api = animal.in(clock);
        Description description = Descriptions.of(api.kind());
        String formats = description.formats().size() == 4
                ? "any"
                : description.formats().keySet().stream()
                        .map(format -> format.word())
                        .collect(Collectors.joining(", "));
        String rate = description
                .limits()
                .rate()
                .map(limit -> limit.calls() + " in " + limit.window().toSeconds() + " s")
                .orElse("");
        String places = description.limits().concurrency().isPresent()
                ? description.limits().concurrency().getAsInt() + " in flight"
                : "";
        String limits = rate.isEmpty() && places.isEmpty()
                ? "none documented"
                : rate + (rate.isEmpty() || places.isEmpty() ? "" : ", ") + places;
        return "| %s | `%s` | %s | %s | %d of %d | 0 of %d |%n"
                .formatted(
                        api.title(),
                        api.kind(),
                        formats,
                        limits,
                        ERRORS_MET.getOrDefault(animal, 0),
                        api.errors().size(),
                        CALLS_UNDER_LOAD.getOrDefault(animal, 0));
    }
}

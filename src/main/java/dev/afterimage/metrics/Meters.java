package dev.afterimage.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every meter of the service: its name, unit and description, named once. Tags have few values: never a key, a caller or a
 * template. The same names serve Prometheus (dots become underscores) and CloudWatch.
 */
@Singleton
public final class Meters {

    public static final String REQUESTS = "afterimage.requests";
    public static final String PROBLEMS = "afterimage.problems";
    public static final String REQUEST_TIME = "afterimage.request.time";
    public static final String PROVIDER_LATENCY = "afterimage.provider.latency";
    public static final String PROVIDER_ANSWERS = "afterimage.provider.answers";
    public static final String PERMITS = "afterimage.permits";
    public static final String COOL_DOWNS = "afterimage.cool.downs";
    public static final String LOWERED_LIMITS = "afterimage.limiter.lowered";
    public static final String COOL_DOWN_LEFT = "afterimage.cool.down.left";
    public static final String CREDITS_USED = "afterimage.credits.used";
    public static final String CREDITS_LEFT = "afterimage.credits.left";
    public static final String CREDITS_LIMIT = "afterimage.credits.limit";
    public static final String ACCOUNT_COOL_DOWN_LEFT = "afterimage.account.cool.down.left";
    public static final String ACCOUNT_CREDITS_LEFT = "afterimage.account.credits.left";
    public static final String ACCOUNT_STOPPED = "afterimage.account.stopped";
    public static final String QUEUE_DEPTH = "afterimage.queue.depth";
    public static final String QUEUE_AGE = "afterimage.queue.age";
    public static final String DEAD_LETTERS = "afterimage.queue.dead.letters";
    public static final String CATALOGUE_ROWS = "afterimage.catalogue.rows";
    public static final String PLAN_TIME = "afterimage.catalogue.plan.time";
    public static final String JOBS = "afterimage.jobs";
    public static final String FALLBACKS = "afterimage.fallbacks";
    public static final String CACHE_FAILURES = "afterimage.cache.failures";

    /** The tag that says what kind of problem a request was answered with. */
    public static final String TYPE = "type";
    /** The tag that says how a request or a job ended. */
    public static final String OUTCOME = "outcome";
    /** The tag that says what kind of answer the provider gave. */
    public static final String CLASS = "class";
    /** The class of a call that got no connection, so that it did not leave and there is no answer. */
    public static final String UNREACHABLE = "unreachable";
    /** The tag of the lane: interactive or bulk; of requests also queued. */
    public static final String LANE = "lane";
    /** The lane of a request whose answer somebody waits for. */
    public static final String INTERACTIVE = "interactive";
    /** The tag that names one of the provider's accounts. */
    public static final String ACCOUNT = "account";
    /** The tag that says which part of the service a failure concerns: index, store, marks or quota. */
    public static final String PART = "part";
    /** The tag of the limiter's answer to a request for a permit. */
    public static final String ANSWER = "answer";

    private static final Duration[] LATENCY_BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(25)
    };

    private final MeterRegistry registry;
    private final Spans spans;

    public Meters(MeterRegistry registry) {
        this(registry, Spans.NONE);
    }

    @Inject
    Meters(MeterRegistry registry, Instance<Spans> spans) {
        this(registry, spans.isResolvable() ? spans.get() : Spans.NONE);
    }

    private Meters(MeterRegistry registry, Spans spans) {
        this.registry = registry;
        this.spans = spans;
    }

    /** A constant's name as a word in tags and JSON, such as access-refused. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** The traces; {@link Spans#NONE} where the build or the configuration has none. */
    public Spans spans() {
        return spans;
    }

    /**
     * Counts an answer with a problem document, to a request of any kind.
     *
     * @param type the last part of the problem's type, such as quota-exceeded
     */
    public void countProblem(String type) {
        counter(PROBLEMS, "answers", "Answers with a problem document, by its type", TYPE, type)
                .increment();
    }

    /**
     * Requests by lane and outcome.
     *
     * @param lane interactive, where somebody waits for the answer; queued, a job for a caller who was answered 202;
     *     bulk, a job of a plan or a batch, or the refresh of a stale image. Jobs are misses by design, so a hit ratio
     *     counts only the interactive lane
     * @param outcome hit, stale, stored, collapsed, pending, rejected, throttled, failed
     */
    public Counter requests(String lane, String outcome) {
        String description = "Requests for an image, by lane and outcome";
        return counter(REQUESTS, "requests", description, LANE, lane, OUTCOME, outcome);
    }

    /** The time from a request to its outcome; lane and outcome as in {@link #requests}. */
    public Timer requestTime(String lane, String outcome) {
        return Timer.builder(REQUEST_TIME)
                .description("Time from a request to its outcome")
                .tags(LANE, lane, OUTCOME, outcome)
                .register(registry);
    }

    /** The time of one call at the provider, waits for permits not included. */
    public Timer providerLatency() {
        return Timer.builder(PROVIDER_LATENCY)
                .description("Time of one call at the provider, without waiting for a permit")
                .publishPercentiles(0.5, 0.95, 0.99)
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
    }

    /**
     * Answers of the provider by class: 2xx, 4xx, access-refused, 429, 5xx, timeout, not-an-image, out-of-credits; and
     * {@link #UNREACHABLE}.
     */
    public Counter providerAnswers(String answerClass) {
        String description = "Answers of the provider, by class, and calls that got no connection, as unreachable";
        return counter(PROVIDER_ANSWERS, "answers", description, CLASS, answerClass);
    }

    /**
     * Permits to call the provider.
     *
     * @param answer granted, denied; lapsed, each time a call with a granted permit could not depart: its holder came too
     *     late, no slot was free yet, or a cool-down began; refused, where a receipt stood against it; late, where the call
     *     left after its time
     */
    public Counter permits(String lane, String answer) {
        String description = "Permits to call the provider, by lane and answer";
        return counter(PERMITS, "permits", description, LANE, lane, ANSWER, answer);
    }

    /** Jobs by what became of them: done, waiting, retried, dead-lettered. */
    public Counter jobs(String outcome) {
        String description = "Jobs of the queue, by what became of them: done, waiting, retried, dead-lettered";
        return counter(JOBS, "jobs", description, OUTCOME, outcome);
    }

    /** Rows of planned catalogues by what became of them: new, fresh, duplicate, bad. */
    public Counter catalogueRows(String outcome) {
        String description =
                "Rows of planned catalogues: queued, fresh already, equal to an earlier row, or not readable";
        return counter(CATALOGUE_ROWS, "rows", description, OUTCOME, outcome);
    }

    /** The time of one call to plan a catalogue. */
    public Timer planTime() {
        return Timer.builder(PLAN_TIME)
                .description("Time of one call to plan a catalogue, or a part of it")
                .register(registry);
    }

    /** Operations that failed, by part: index, store. Only a failed lookup in the index counts as a miss. */
    public Counter cacheFailures(String part) {
        String description = "Operations of index or store that failed";
        return counter(CACHE_FAILURES, "failures", description, PART, part);
    }

    /** How often this process decided alone because Redis could not be reached, by part: marks, quota. */
    public Counter fallbacks(String part) {
        String description = "Decisions that this process made alone because Redis could not be reached";
        return counter(FALLBACKS, "decisions", description, PART, part);
    }

    /** How often an answer of the provider stated a lower limit than is configured. */
    public Counter loweredLimits() {
        return counter(LOWERED_LIMITS, "answers", "Answers that stated a lower limit than is configured");
    }

    /** How often the provider asked the fleet to pause. */
    public Counter coolDowns() {
        return counter(COOL_DOWNS, "pauses", "Pauses that the provider asked for");
    }

    /**
     * A gauge of the fleet's state.
     *
     * @param unit the unit; null for a plain number
     * @param value NaN while it is not known
     * @param tags names and values in turn
     */
    public void gauge(String name, @Nullable String unit, String description, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private Counter counter(String name, String unit, String description, String... tags) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }
}

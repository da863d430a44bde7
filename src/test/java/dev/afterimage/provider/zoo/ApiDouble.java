package dev.afterimage.provider.zoo;

import dev.afterimage.testing.SampleImages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image API as its documentation describes it. Subclasses say what they take and answer; this counts. */
public abstract class ApiDouble {

    public static final String KEY = "key-1";
    static final byte[] IMAGE = SampleImages.png();
    static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);

    private record Result(Instant until) {}

    private record Job(Instant readyAt) {}

    final Clock clock;
    private final String kind;
    private final String title;
    private final String resultHost;
    private Optional<ExactWindow> window = Optional.empty();
    private final Deque<ZooAnswer> primedCalls = new ArrayDeque<>();
    private final Deque<ZooAnswer> primedPolls = new ArrayDeque<>();
    private final Map<String, Result> results = new HashMap<>();
    private final Map<String, Job> jobs = new HashMap<>();
    private int inFlight;
    private int mostInFlight;
    private int calls;
    private int polls;
    private int throttled;
    private int billed;
    private int made;

    /** An API that answers with the image itself, or from its own host. */
    ApiDouble(Clock clock, String kind, String title) {
        this(clock, kind, title, "");
    }

    /**
     * @param kind the description that it is held against
     * @param title as people know it
     * @param resultHost from which results are fetched
     */
    ApiDouble(Clock clock, String kind, String title, String resultHost) {
        this.clock = clock;
        this.kind = kind;
        this.title = title;
        this.resultHost = resultHost;
    }

    /** From now on more requests than these in a window, polls included, are too many. */
    final void allow(int requests, Duration length) {
        window = Optional.of(new ExactWindow(requests, length, clock));
    }

    public final String kind() {
        return kind;
    }

    public final String title() {
        return title;
    }

    /** What is documented of its failures. */
    public abstract List<DocumentedError> errors();

    /** What arrives at the API itself; the subclass checks it as the API would. */
    abstract ZooAnswer api(ZooCall call);

    /** The answer to a call too many. */
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{}");
    }

    /** Whether the call is one too many; nothing is limited where no limit is documented. */
    boolean isTooMany(ZooCall call) {
        return window.isPresent() && !window.get().arrive();
    }

    /** How long a result's URL lives. */
    Duration resultLife() {
        return Duration.ofDays(1);
    }

    /** What the operator has to set beside the key. */
    public Map<String, String> settings() {
        return Map.of();
    }

    /** Data as the API takes it. */
    public String data(int number) {
        return "{\"title\":\"number " + number + "\",\"photo\":\"https://example.com/" + number + ".jpg\"}";
    }

    /** What one image costs, in the API's unit. */
    public double cost() {
        return 1;
    }

    /** The next call, or poll, is answered so. */
    public final synchronized void prime(DocumentedError error) {
        (error.atPoll() ? primedPolls : primedCalls).add(error.answer());
    }

    /** To be called when a call arrives; {@link #left} when its answer has been sent. */
    public final synchronized ZooAnswer arrive(ZooCall call) {
        inFlight++;
        mostInFlight = Math.max(mostInFlight, inFlight);
        if (call.host().equals(resultHost)) {
            return result(call);
        }
        boolean poll = call.isGet();
        polls += poll ? 1 : 0;
        calls += poll ? 0 : 1;
        if (isTooMany(call)) {
            throttled++;
            return tooMany();
        }
        Deque<ZooAnswer> primed = poll ? primedPolls : primedCalls;
        return primed.isEmpty() ? api(call) : primed.removeFirst();
    }

    public final synchronized void left() {
        inFlight--;
    }

    private ZooAnswer result(ZooCall call) {
        Result result = results.get(call.target());
        boolean alive = result != null && clock.instant().isBefore(result.until());
        return alive ? ZooAnswer.image(IMAGE) : ZooAnswer.json(403, "{'error':'expired'}");
    }

    /** Makes an image, bills it, and says where it lies. */
    final String makeResult() {
        bill();
        return resultUrl();
    }

    final void bill() {
        billed++;
    }

    final String resultUrl() {
        String target = "/results/" + made++ + ".png?sig=a%2Fb";
        results.put(target, new Result(clock.instant().plus(resultLife())));
        return "https://" + resultHost + target;
    }

    /** Begins a job, bills it, and names it. */
    final String begin(Duration takes) {
        bill();
        String id = "job-" + jobs.size();
        jobs.put(id, new Job(clock.instant().plus(takes)));
        return id;
    }

    final boolean knows(String id) {
        return jobs.containsKey(id);
    }

    final boolean isReady(String id) {
        return !clock.instant().isBefore(jobs.get(id).readyAt());
    }

    /** Jobs that have begun and have not ended. */
    final long active() {
        return jobs.values().stream()
                .filter(job -> clock.instant().isBefore(job.readyAt()))
                .count();
    }

    final int callsInFlight() {
        return inFlight;
    }

    public final synchronized int calls() {
        return calls;
    }

    public final synchronized int polls() {
        return polls;
    }

    public final synchronized int throttled() {
        return throttled;
    }

    public final synchronized int billed() {
        return billed;
    }

    public final synchronized int mostInFlight() {
        return mostInFlight;
    }

    public final byte[] image() {
        return IMAGE;
    }

    @Override
    public final String toString() {
        return kind();
    }
}

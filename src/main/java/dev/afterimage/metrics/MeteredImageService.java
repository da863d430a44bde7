package dev.afterimage.metrics;

import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import io.micrometer.core.instrument.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Decorator: counts requests by lane and outcome, and times them. It traces the index lookup of each request, and each
 * job as a whole.
 */
public final class MeteredImageService implements ImageService {

    /** The lane tag of a job for a caller who was answered 202. */
    private static final String QUEUED = "queued";

    private record Kind(String lane, String outcome) {}

    private record Pair(io.micrometer.core.instrument.Counter count, io.micrometer.core.instrument.Timer time) {}

    private final Meters meters;
    private final ImageService next;
    private final Clock clock;
    private final Map<Kind, Pair> byKind = new ConcurrentHashMap<>();

    public MeteredImageService(Meters meters, ImageService next) {
        this.meters = meters;
        this.next = next;
        this.clock = meters.registry().config().clock();
    }

    /** Counts a hit or a failure, which ends the request. Everything else is counted by {@code obtain}. */
    @Override
    public CompletionStage<IndexLookup> indexLookup(ImageRequest request, boolean validate) {
        long start = clock.monotonicTime();
        return traced(request, validate).whenComplete((indexLookup, failure) -> {
            if (failure != null) {
                record(Meters.INTERACTIVE, wordOf(failure), start);
            } else if (indexLookup.hit().isPresent()) {
                record(Meters.INTERACTIVE, RequestOutcome.HIT, start);
            }
        });
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest) {
        return metered(
                generationRequest,
                () -> traced(generationRequest.request(), false)
                        .thenCompose(indexLookup -> next.obtain(generationRequest, indexLookup)));
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup) {
        return metered(generationRequest, () -> next.obtain(generationRequest, indexLookup));
    }

    private CompletionStage<IndexLookup> traced(ImageRequest request, boolean validate) {
        return meters.spans()
                .until(
                        Spans.INDEX_LOOKUP,
                        Spans.TEMPLATE,
                        request.template().value(),
                        () -> next.indexLookup(request, validate));
    }

    private CompletionStage<ImageOutcome> metered(
            GenerationRequest generationRequest, Supplier<CompletionStage<ImageOutcome>> service) {
        long start = clock.monotonicTime();
        String lane = generationRequest.queued() && generationRequest.lane() == Lane.INTERACTIVE
                ? QUEUED
                : Meters.word(generationRequest.lane());
        CompletionStage<ImageOutcome> asked = generationRequest.queued()
                ? meters.spans().until(Spans.JOB, Spans.LANE, Meters.word(generationRequest.lane()), service)
                : service.get();
        return asked.whenComplete((outcome, failure) ->
                record(lane, failure == null ? RequestOutcome.of(outcome) : wordOf(failure), start));
    }

    private void record(String lane, String outcome, long start) {
        Pair pair = byKind.computeIfAbsent(
                new Kind(lane, outcome),
                kind -> new Pair(
                        meters.requests(kind.lane(), kind.outcome()), meters.requestTime(kind.lane(), kind.outcome())));
        pair.count().increment();
        pair.time().record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
    }

    private static String wordOf(Throwable failure) {
        Throwable cause = Callables.cause(failure);
        return switch (cause) {
            case RejectedException rejected -> RequestOutcome.REJECTED;
            case ThrottledException throttled -> RequestOutcome.THROTTLED;
            case JobUnfinishedException unfinished -> RequestOutcome.PENDING;
            case QuotaExceededException quota -> RequestOutcome.THROTTLED;
            default -> RequestOutcome.FAILED;
        };
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> lookup(ImageKey key, boolean validate) {
        return meters.spans().until(Spans.LOOKUP, Spans.KEY, key.value(), () -> next.lookup(key, validate));
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        return next.forget(key);
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        return next.purge(template);
    }

    /** The words for how a request ended, the same in metrics, logs and the console. */
    static final class RequestOutcome {

        public static final String HIT = "hit";
        public static final String STALE = "stale";
        public static final String STORED = "stored";
        public static final String COLLAPSED = "collapsed";
        public static final String PENDING = "pending";
        /** The provider refused it for good. */
        public static final String REJECTED = "rejected";
        /** A quota or a limit was reached. */
        public static final String THROTTLED = "throttled";

        public static final String FAILED = "failed";

        private RequestOutcome() {}

        public static String of(ImageOutcome outcome) {
            return switch (outcome) {
                case ImageOutcome.Hit hit -> HIT;
                case ImageOutcome.Stale stale -> STALE;
                case ImageOutcome.Stored stored -> STORED;
                case ImageOutcome.Collapsed collapsed -> COLLAPSED;
                case ImageOutcome.Pending pending -> PENDING;
            };
        }
    }
}

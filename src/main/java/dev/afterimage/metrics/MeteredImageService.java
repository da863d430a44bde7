package dev.afterimage.metrics;

import dev.afterimage.generation.Glance;
import dev.afterimage.generation.ImageOutcome;
import dev.afterimage.generation.ImageService;
import dev.afterimage.generation.Inquiry;
import dev.afterimage.generation.QuotaExceededException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import io.micrometer.core.instrument.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Decorator: counts requests by outcome and times them. */
public final class MeteredImageService implements ImageService {

    private record Pair(io.micrometer.core.instrument.Counter count, io.micrometer.core.instrument.Timer time) {}

    private final Meters meters;
    private final ImageService next;
    private final Clock clock;
    private final Map<String, Pair> byOutcome = new ConcurrentHashMap<>();

    public MeteredImageService(Meters meters, ImageService next) {
        this.meters = meters;
        this.next = next;
        this.clock = meters.registry().config().clock();
    }

    /** A hit is an answer and counted; whatever else is found goes on to {@link #obtain(Inquiry, Glance)}. */
    @Override
    public CompletionStage<Glance> glance(ImageRequest request) {
        long start = clock.monotonicTime();
        return next.glance(request).whenComplete((glance, failure) -> {
            if (failure == null && glance.hit().isPresent()) {
                record(RequestOutcome.HIT, start);
            }
        });
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(Inquiry inquiry) {
        return metered(() -> next.obtain(inquiry));
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(Inquiry inquiry, Glance glance) {
        return metered(() -> next.obtain(inquiry, glance));
    }

    private CompletionStage<ImageOutcome> metered(Supplier<CompletionStage<ImageOutcome>> question) {
        long start = clock.monotonicTime();
        return question.get()
                .whenComplete((outcome, failure) ->
                        record(failure == null ? RequestOutcome.of(outcome) : wordOf(failure), start));
    }

    private void record(String outcome, long start) {
        Pair pair =
                byOutcome.computeIfAbsent(outcome, name -> new Pair(meters.requests(name), meters.requestTime(name)));
        pair.count().increment();
        pair.time().record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
    }

    private static String wordOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case RejectedException rejected -> RequestOutcome.REJECTED;
            case ThrottledException throttled -> RequestOutcome.THROTTLED;
            case QuotaExceededException quota -> RequestOutcome.THROTTLED;
            default -> RequestOutcome.FAILED;
        };
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> look(ImageKey key) {
        return next.look(key);
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        return next.forget(key);
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        return next.purge(template);
    }
}

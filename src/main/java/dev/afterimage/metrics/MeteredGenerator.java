package dev.afterimage.metrics;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.WatchedDeparture;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Permit.PermitLapsedException;
import io.micrometer.core.instrument.Timer;

/**
 * Decorator: times each call at the provider, traces it and counts its answers. A call that got no connection is counted as
 * unreachable. One that did not leave for any other reason, such as a key that cannot be read or a request that is refused
 * here, says nothing about the provider and is not counted. No other decorator may stand between this one and the provider.
 */
public final class MeteredGenerator implements ImageGenerator {

    private final Meters meters;
    private final ImageGenerator next;

    public MeteredGenerator(Meters meters, ImageGenerator next) {
        this.meters = meters;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Timer.Sample sample = Timer.start(meters.registry());
        WatchedDeparture departure = new WatchedDeparture(attempt.departure());
        // Where the job of an earlier call is resumed, nothing departs, but the answer counts.
        boolean resumed = attempt.order().ticket().isPresent();
        try {
            GeneratedImage image = meters.spans()
                    .during(
                            Spans.PROVIDER_CALL,
                            Spans.TEMPLATE,
                            request.template().value(),
                            () -> next.generate(request, attempt.withDeparture(departure)));
            answered(sample, "2xx");
            return image;
        } catch (PermitLapsedException | ReceiptStandsException | JobUnfinishedException notAnswered) {
            throw notAnswered;
        } catch (GenerationException failure) {
            if (departure.happened() || resumed) {
                answered(sample, classOf(failure));
            } else if (failure instanceof UnavailableException && !(failure instanceof KeyUnavailableException)) {
                meters.providerAnswers(Meters.UNREACHABLE).increment();
            }
            throw failure;
        }
    }

    private void answered(Timer.Sample sample, String answerClass) {
        sample.stop(meters.providerLatency());
        meters.providerAnswers(answerClass).increment();
    }

    private static String classOf(GenerationException failure) {
        return switch (failure) {
            case ThrottledException throttled -> "429";
            case OutOfCreditsException out -> "out-of-credits";
            case RejectedException rejected -> "4xx";
            case AccessRefusedException refused -> "access-refused";
            case OutcomeUnknownException unknown -> unknown.answeredWith5xx() ? "5xx" : "timeout";
            case UnavailableException unavailable -> "5xx";
            case NotAnImageException nothing -> "not-an-image";
            default -> "none";
        };
    }
}

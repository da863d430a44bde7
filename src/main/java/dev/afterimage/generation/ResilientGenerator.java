package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.generation.guard.RetryGuard;
import dev.afterimage.generation.guard.RetryGuard.RetryInException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.ProviderLimiter;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Decorator: retries a failed call where {@link RetryPolicy} says so, each try through the circuit breaker of its API.
 * When the provider asks to wait, the whole fleet pauses that account. A call that failed unbilled because of its
 * account is retried at once where another account may make it.
 */
public record ResilientGenerator(
        RetryGuard retry,
        BreakerGuard breaker,
        RetryPolicy policy,
        AccountChoice accounts,
        ProviderLimiter limiter,
        ImageGenerator next)
        implements ImageGenerator {

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Retries retries = new Retries();
        try {
            return Callables.call(() -> retry.call(() -> tryOnce(request, attempt, retries)));
        } catch (RetryInException usedUp) {
            throw usedUp.failure();
        }
    }

    private GeneratedImage tryOnce(ImageRequest request, Attempt attempt, Retries retries) {
        try {
            return throughBreaker(request, attempt);
        } catch (GenerationException failure) {
            int made = retries.made++;
            GenerationException known = failure;
            if (failure instanceof ThrottledException throttled && throttled.byProvider()) {
                Duration wait = policy.waitAfter(throttled, made);
                limiter.coolDown(failure.account().orElse(attempt.account()), wait);
                known = ThrottledException.byProvider(Optional.of(wait));
            }
            Optional<Duration> wait = mayTryAnother(request, failure)
                    ? Optional.of(Duration.ZERO)
                    : policy.waitBefore(known, made, attempt.deadline());
            if (wait.isPresent()) {
                throw new RetryInException(wait.get(), known);
            }
            throw known;
        }
    }

    /**
     * Whether another account may make the call: when the reason of the failure was the account and not the request.
     * The limiter then chooses the account that can start first.
     */
    private boolean mayTryAnother(ImageRequest request, GenerationException failure) {
        boolean ofAccount = switch (failure) {
            case ThrottledException throttled -> throttled.byProvider();
            case AccessRefusedException refused -> true;
            case OutOfCreditsException empty -> !empty.isOfTenant();
            default -> false;
        };
        return ofAccount
                && failure.account()
                        .filter(account -> accounts.hasAnother(request, account))
                        .isPresent();
    }

    private GeneratedImage throughBreaker(ImageRequest request, Attempt attempt) {
        try {
            return Callables.call(() -> breaker.call(accounts.api(request), () -> next.generate(request, attempt)));
        } catch (CircuitBreakerOpenException open) {
            throw UnavailableException.circuitOpen(open);
        }
    }

    /** How many retries this request has had. Used by one thread. */
    private static final class Retries {
        private int made;
    }
}

package dev.afterimage.generation.guard;

import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import io.smallrye.faulttolerance.api.Guard;
import io.smallrye.faulttolerance.basicconfig.CircuitBreakerConfigImpl;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * The circuit breakers, one for each image API: when half of the last 20 calls of an API failed, none leaves for 5 s.
 * Only an unavailable provider and unknown outcomes count as failures; throttling and rejections are answers of a
 * provider that works. An annotated method has a single breaker, which all APIs would share; so a {@link Guard} is made
 * here for each API, with the settings that are annotated in {@link Figures}.
 */
@Singleton
public class BreakerGuard {

    private static final String CONFIGURED_AS = BreakerGuard.class.getName() + "/call";

    private final Map<String, Optional<Guard>> byApi = new ConcurrentHashMap<>();

    /**
     * Holds the annotation with the settings, which the configuration may override. No bean, so SmallRye doesn't
     * intercept it.
     */
    public interface Figures {

        @CircuitBreaker(
                requestVolumeThreshold = 20,
                failureRatio = 0.5,
                delay = 5000,
                successThreshold = 2,
                failOn = {UnavailableException.class, OutcomeUnknownException.class},
                skipOn = KeyUnavailableException.class)
        void call();

        /** The figures as they stand in the annotation. */
        static CircuitBreaker annotated() {
            try {
                return Figures.class.getMethod("call").getAnnotation(CircuitBreaker.class);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Runs the work unless the circuit of this API is open.
     *
     * @param api the API's name
     * @throws org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException when it is
     */
    public GeneratedImage call(String api, Callable<GeneratedImage> work) throws Exception {
        Optional<Guard> breaker = byApi.computeIfAbsent(api, BreakerGuard::breaker);
        return breaker.isPresent() ? breaker.get().call(work, GeneratedImage.class) : work.call();
    }

    /** A breaker with the configured figures; empty when {@code .circuit-breaker.enabled} is false. */
    private static Optional<Guard> breaker(String api) {
        return Optional.ofNullable(CircuitBreakerConfigImpl.create(CONFIGURED_AS, Figures::annotated))
                .map(figures -> Guard.create()
                        .withDescription(CONFIGURED_AS + " of " + api)
                        .withCircuitBreaker()
                        .requestVolumeThreshold(figures.requestVolumeThreshold())
                        .failureRatio(figures.failureRatio())
                        .delay(figures.delay(), figures.delayUnit())
                        .successThreshold(figures.successThreshold())
                        .failOn(List.of(figures.failOn()))
                        .skipOn(List.of(figures.skipOn()))
                        .done()
                        .build());
    }
}

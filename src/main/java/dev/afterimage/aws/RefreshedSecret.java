package dev.afterimage.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * A secret in Secrets Manager, read again from time to time. The first use reads it and waits; later reads are in the
 * background, so that a rotation needs no restart. When a later read fails, or the text is invalid, the former value
 * stays in use and the next try is a minute later. When the first read fails, its failure is thrown again for five
 * seconds, so that many requests do not all wait for Secrets Manager.
 *
 * @param <T> what the secret is read as
 */
public final class RefreshedSecret<T> implements Supplier<T> {

    private static final Logger LOG = Logger.getLogger(RefreshedSecret.class);
    private static final Duration AGAIN_AFTER_FAILED_REFRESH = Duration.ofMinutes(1);
    private static final Duration AGAIN_AFTER_FAILED_START = Duration.ofSeconds(5);

    private final Source source;
    private final String secretId;
    private final Function<String, T> reader;
    private final Function<SecretUnavailableException, ? extends RuntimeException> failure;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final ReentrantLock start = new ReentrantLock();
    private volatile State<T> state = new State<>(null, null, Instant.MIN);

    /**
     * A secret that was not read yet.
     *
     * @param secretId name or ARN of the secret
     * @param reader makes a value of the secret's text, or throws an IllegalArgumentException that says how to mend it
     * @param failure makes the exception that {@link #get} throws, from its reason
     */
    public RefreshedSecret(
            Source source,
            String secretId,
            Function<String, T> reader,
            Function<SecretUnavailableException, ? extends RuntimeException> failure) {
        this.source = source;
        this.secretId = secretId;
        this.reader = reader;
        this.failure = failure;
    }

    /**
     * Where secrets are read from.
     *
     * @param client called at the first read
     * @param refresh how long a value is used before it is read again
     * @param background runs all reads after the first
     */
    public record Source(Supplier<SecretsManagerClient> client, Duration refresh, Clock clock, Executor background) {}

    /** A secret cannot be read, or is invalid. The message is for the operator and holds nothing of the secret. */
    public static final class SecretUnavailableException extends RuntimeException {

        SecretUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The result of the last read.
     *
     * @param value the last value; null before the first one
     * @param failure why the last read failed; null when it did not
     * @param dueAt when to read next
     */
    private record State<T>(@Nullable T value, @Nullable SecretUnavailableException failure, Instant dueAt) {
        boolean isDue(Clock clock) {
            return !clock.instant().isBefore(dueAt);
        }
    }

    /**
     * The value of the last successful read. Throws the exception that {@code failure} makes when the secret was never read
     * and cannot be read now.
     */
    @Override
    public T get() {
        State<T> last = state;
        T value = last.value();
        if (value == null) {
            return first();
        }
        if (last.isDue(source.clock()) && refreshing.compareAndSet(false, true)) {
            refreshInBackground(value);
        }
        return value;
    }

    private T first() {
        start.lock();
        try {
            if (state.value() == null && state.isDue(source.clock())) {
                state = read(null, AGAIN_AFTER_FAILED_START);
            }
            State<T> last = state;
            if (last.value() == null) {
                throw failure.apply(Objects.requireNonNull(last.failure()));
            }
            return last.value();
        } finally {
            start.unlock();
        }
    }

    private void refreshInBackground(T former) {
        try {
            source.background().execute(() -> {
                try {
                    State<T> read = read(former, AGAIN_AFTER_FAILED_REFRESH);
                    if (read.failure() != null) {
                        LOG.warnf(read.failure(), "The secret %s keeps its former value", secretId);
                    }
                    state = read;
                } finally {
                    refreshing.set(false);
                }
            });
        } catch (RejectedExecutionException shuttingDown) {
            refreshing.set(false);
        }
    }

    private State<T> read(@Nullable T former, Duration againAfterFailure) {
        String problem;
        RuntimeException cause;
        try {
            String text = source.client()
                    .get()
                    .getSecretValue(request -> request.secretId(secretId))
                    .secretString();
            if (text == null) {
                throw new IllegalArgumentException("It is binary; store it as text.");
            }
            return new State<>(
                    reader.apply(text), null, source.clock().instant().plus(source.refresh()));
        } catch (SdkException e) {
            cause = e;
            problem = " cannot be read (" + e.getClass().getSimpleName()
                    + "). The role needs secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of"
                    + " its own; a VPC needs an endpoint for Secrets Manager.";
        } catch (IllegalArgumentException e) {
            cause = e;
            problem = " is not what it should be. " + e.getMessage();
        }
        return new State<>(
                former,
                new SecretUnavailableException("The secret " + secretId + problem, cause),
                source.clock().instant().plus(againAfterFailure));
    }
}

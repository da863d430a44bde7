package dev.afterimage.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 * A secret of Secrets Manager, read at its first use and then again in the background from time to time, so that a rotation
 * needs no restart. When that fails, or brings something unreadable, the former value stays in use and it is tried again a
 * minute later. Only the first use waits; when it fails, the failure stands for five seconds, so that a crowd of requests
 * doesn't ask Secrets Manager one after the other.
 *
 * @param <T> what the secret is read as
 */
public final class RefreshedSecret<T> implements Supplier<T> {

    private static final Logger LOG = Logger.getLogger(RefreshedSecret.class);
    private static final Duration AGAIN_AFTER_FAILED_REFRESH = Duration.ofMinutes(1);
    private static final Duration AGAIN_AFTER_FAILED_START = Duration.ofSeconds(5);

    private final SecretsManagerClient client;
    private final String secretId;
    private final Function<String, T> reader;
    private final Duration refresh;
    private final Clock clock;
    private final Executor background;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final ReentrantLock start = new ReentrantLock();
    private volatile @Nullable Value<T> value;
    private volatile @Nullable Failure failure;

    /**
     * Asks nobody yet.
     *
     * @param secretId name or ARN
     * @param reader makes a value of the secret's text, or throws an IllegalArgumentException that says how to mend it
     * @param refresh how long a value is used before it is read again
     * @param background runs the readings after the first
     */
    public RefreshedSecret(
            SecretsManagerClient client,
            String secretId,
            Function<String, T> reader,
            Duration refresh,
            Clock clock,
            Executor background) {
        this.client = client;
        this.secretId = secretId;
        this.reader = reader;
        this.refresh = refresh;
        this.clock = clock;
        this.background = background;
    }

    private record Value<T>(T value, Instant dueAt) {}

    private record Failure(SecretUnavailableException exception, Instant until) {}

    /**
     * The value read last.
     *
     * @throws SecretUnavailableException when it was never read and cannot be read now
     */
    @Override
    public T get() {
        Value<T> last = value;
        if (last == null) {
            return first();
        }
        if (!clock.instant().isBefore(last.dueAt()) && refreshing.compareAndSet(false, true)) {
            refreshInBackground(last);
        }
        return last.value();
    }

    private T first() {
        start.lock();
        try {
            Value<T> last = value;
            if (last != null) {
                return last.value();
            }
            Failure recent = failure;
            if (recent != null && clock.instant().isBefore(recent.until())) {
                throw recent.exception();
            }
            T read = read();
            value = new Value<>(read, clock.instant().plus(refresh));
            return read;
        } catch (SecretUnavailableException e) {
            failure = new Failure(e, clock.instant().plus(AGAIN_AFTER_FAILED_START));
            throw e;
        } finally {
            start.unlock();
        }
    }

    private void refreshInBackground(Value<T> last) {
        try {
            background.execute(() -> {
                try {
                    value = new Value<>(read(), clock.instant().plus(refresh));
                } catch (RuntimeException e) {
                    LOG.warnf(e, "The secret %s stays as it was read before", secretId);
                    value = new Value<>(last.value(), clock.instant().plus(AGAIN_AFTER_FAILED_REFRESH));
                } finally {
                    refreshing.set(false);
                }
            });
        } catch (RejectedExecutionException shuttingDown) {
            refreshing.set(false);
        }
    }

    private T read() {
        try {
            String text =
                    client.getSecretValue(request -> request.secretId(secretId)).secretString();
            if (text == null) {
                throw new IllegalArgumentException("It is binary; store it as text.");
            }
            return reader.apply(text);
        } catch (SdkException e) {
            throw new SecretUnavailableException(
                    "The secret " + secretId + " cannot be read ("
                            + e.getClass().getSimpleName()
                            + "). The role needs secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of"
                            + " its own; a VPC needs an endpoint for Secrets Manager.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new SecretUnavailableException(
                    "The secret " + secretId + " is not what it should be. " + e.getMessage(), e);
        }
    }
}

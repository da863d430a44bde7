package dev.afterimage.aws;

import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;

/**
 * How long a client of AWS tries. The SDK's own defaults (no time-out, three repeats) outlast the deadline of a request;
 * the extension's configuration knows the time-outs but not the repeats.
 *
 * @param attempt one attempt
 * @param call all attempts together
 * @param retries repeats after the first attempt
 */
public record ClientLimits(Duration attempt, Duration call, int retries) {

    /** Enough for a hiccup; more only multiplies the load on a service that is down. */
    private static final int RETRIES = 2;

    public static ClientLimits of(S3Config config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout(), RETRIES);
    }

    public static ClientLimits of(SecretsConfig config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout(), RETRIES);
    }

    public static ClientLimits of(SqsConfig config) {
        return new ClientLimits(config.attemptTimeout(), config.timeout(), RETRIES);
    }

    /** Sets the limits and leaves everything else as it was configured. */
    public <B extends AwsClientBuilder<B, ?>> B limit(B builder) {
        ClientOverrideConfiguration configured = builder.overrideConfiguration();
        return builder.overrideConfiguration(configured.toBuilder()
                .apiCallAttemptTimeout(attempt)
                .apiCallTimeout(call)
                .retryStrategy(strategy -> strategy.maxAttempts(retries + 1))
                .build());
    }
}

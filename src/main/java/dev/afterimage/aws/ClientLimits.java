package dev.afterimage.aws;

import com.oracle.svm.core.annotate.Delete;
import com.oracle.svm.core.annotate.TargetClass;
import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * The time-outs and retries of an AWS client. With the SDK's defaults (no time-out, three retries) a call could outlast
 * the deadline of a request; the Quarkus extension has keys for time-outs but none for retries.
 *
 * @param attempt the longest that one attempt takes
 * @param call the longest that all attempts take together
 * @param retries attempts after the first
 */
public record ClientLimits(Duration attempt, Duration call, int retries) {

    /** Enough for a short failure; more would only multiply the load on a service that is down. */
    private static final int RETRIES = 2;

    /** Limits with two retries. */
    public ClientLimits(Duration attempt, Duration call) {
        this(attempt, call, RETRIES);
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

    /**
     * Sets the limits of an S3 client, and takes {@code Expect: 100-continue} out of its writes.
     *
     * <p>The SDK sends that header with every object. When a server answers it with a refusal, the JDK's HTTP client
     * keeps the connection although the server still waits for the object's bytes, and the next request on it hangs until
     * it times out. Refusals are ordinary here: a lost race is one (412). And without the header a write needs one round
     * trip less.
     */
    public S3ClientBuilder limitS3(S3ClientBuilder builder) {
        limit(builder);
        return builder.overrideConfiguration(builder.overrideConfiguration().toBuilder()
                .addExecutionInterceptor(new WithoutExpectation())
                .build());
    }

    /** Runs after the SDK's own interceptors, one of which adds the header. */
    private static final class WithoutExpectation implements ExecutionInterceptor {
        @Override
        public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            return context.httpRequest().toBuilder().removeHeader("Expect").build();
        }
    }

    /**
     * Keeps an interceptor of the S3 client that is based on the AWS Common Runtime (CRT) out of the native binary; that
     * client is not used here. quarkus-amazon-services 3.12 registers the interceptor for reflection. Classes that it refers
     * to are initialised during the build and need the CRT library, which is not there, so that the build fails
     * ("NoClassDefFoundError: software/amazon/awssdk/crt/s3/ResumeToken").
     *
     * <p>Can be removed with quarkus-amazon-services 3.13, which does the same (its issue 1950).
     */
    @TargetClass(
            className =
                    "software.amazon.awssdk.services.s3.internal.crt.DefaultS3CrtAsyncClient$AttachHttpAttributesExecutionInterceptor")
    @Delete
    static final class WithoutCrtInterceptor {}
}

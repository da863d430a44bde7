package dev.afterimage.aws;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes S3 clients fit for the adapters of this package, whatever else is configured for them. */
public final class S3Clients {

    private S3Clients() {}

    /**
     * Sets the limits, and takes {@code Expect: 100-continue} out of writes.
     *
     * <p>The SDK sends that header with every object, and the JDK's HTTP client does not cope with a server that answers it
     * with a refusal: it keeps the connection, on which the server still waits for the object's bytes, and the next request
     * on it hangs until it times out. Refusals are ordinary here, since a lost race is one (412); and without the header a
     * write needs one round trip less.
     */
    public static S3ClientBuilder prepare(S3ClientBuilder builder, ClientLimits limits) {
        limits.limit(builder);
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
}

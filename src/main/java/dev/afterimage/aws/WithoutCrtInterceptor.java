package dev.afterimage.aws;

import com.oracle.svm.core.annotate.Delete;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * Keeps an interceptor of the CRT-based S3 client, which isn't used, out of the native binary. quarkus-amazon-services 3.12
 * registers it for reflection; what it refers to is initialised while the binary is built and wants the CRT library, which isn't
 * there, so that the build fails ("NoClassDefFoundError: software/amazon/awssdk/crt/s3/ResumeToken").
 *
 * <p>May go with quarkus-amazon-services 3.13, which does the same (its issue 1950).
 */
@TargetClass(
        className =
                "software.amazon.awssdk.services.s3.internal.crt.DefaultS3CrtAsyncClient$AttachHttpAttributesExecutionInterceptor")
@Delete
final class WithoutCrtInterceptor {}

package dev.afterimage.aws;

import dev.afterimage.store.StoreUnavailableException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What S3's failures mean, and what the operator can do about them. */
final class S3Faults {

    private S3Faults() {}

    /**
     * A conditional write that found another object than expected: 412, 409 while another conditional write is under way,
     * 404 when the object to replace was deleted ("Conditional writes", Amazon S3 User Guide).
     */
    static boolean isLostRace(SdkException e) {
        return e instanceof AwsServiceException service
                && (service.statusCode() == 412
                        || service.statusCode() == 409
                        || (service.statusCode() == 404 && !code(service).equals("NoSuchBucket")));
    }

    static StoreUnavailableException unavailable(String bucket, SdkException e) {
        return new StoreUnavailableException(remedy(bucket, e), e);
    }

    static String remedy(String bucket, SdkException e) {
        if (!(e instanceof AwsServiceException service)) {
            return "S3 was not reached, or not in time (" + e.getClass().getSimpleName()
                    + "). Check the credentials, the"
                    + " way to S3 (a VPC needs a gateway endpoint), quarkus.s3.endpoint-override and afterimage.s3.timeout.";
        }
        String answer =
                "S3 answered " + service.statusCode() + " " + code(service) + " for the bucket " + bucket + ". ";
        return answer
                + switch (service.statusCode()) {
                    case 301, 307, 400 ->
                        "It probably lies in another region: set quarkus.s3.aws.region to the bucket's.";
                    case 403 ->
                        "The role needs s3:GetObject, s3:PutObject and s3:DeleteObject on the objects and s3:ListBucket on"
                                + " the bucket (without the latter S3 answers 403 for an absent object too), and the use"
                                + " of the KMS key if there is one.";
                    case 404 -> "Create the bucket, or name the right one in afterimage.s3.bucket.";
                    case 429, 503 -> "It is overloaded or asked too fast; that passes by itself.";
                    default -> "That passes by itself, or AWS Health says why not.";
                };
    }

    private static String code(AwsServiceException service) {
        return service.awsErrorDetails() == null || service.awsErrorDetails().errorCode() == null
                ? ""
                : service.awsErrorDetails().errorCode();
    }
}

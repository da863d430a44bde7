package dev.afterimage.aws;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Descriptions of image APIs in S3, as {@code s3:bucket/key}; read once, when a process starts. */
public final class S3Descriptions {

    /** The most bytes of a description: far more than any has. */
    static final int MOST_BYTES = 1 << 20;

    private static final Pattern NAME = Pattern.compile("s3:(?://)?([^/]+)/(.+)");

    private S3Descriptions() {}

    /** Whether a kind of provider is one in S3. */
    public static boolean isOne(String kind) {
        return kind.startsWith("s3:");
    }

    /**
     * The document.
     *
     * @throws IllegalArgumentException when it cannot be read; says how to mend it
     */
    public static byte[] read(S3Client s3, String kind) {
        Matcher name = NAME.matcher(kind);
        if (!name.matches()) {
            throw new IllegalArgumentException(
                    "Write a description in S3 as s3:bucket/key, such as s3:my-descriptions/cardmaker.json; it is "
                            + kind);
        }
        try (ResponseInputStream<GetObjectResponse> content =
                s3.getObject(request -> request.bucket(name.group(1)).key(name.group(2)))) {
            byte[] document = content.readNBytes(MOST_BYTES + 1);
            if (document.length > MOST_BYTES) {
                content.abort();
                throw unreadable(kind, "it is larger than 1 MiB, so that it is probably something else");
            }
            return document;
        } catch (AwsServiceException e) {
            throw unreadable(kind, answer(e));
        } catch (SdkException | IOException e) {
            throw unreadable(
                    kind,
                    "S3 was not reached (" + e.getClass().getSimpleName()
                            + "); check the credentials, the way to S3 and quarkus.s3.endpoint-override");
        }
    }

    private static String answer(AwsServiceException e) {
        String answered = "S3 answered " + e.statusCode() + " "
                + (e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode()) + "; ";
        return answered
                + switch (e.statusCode()) {
                    case 301, 307, 400 -> "set quarkus.s3.aws.region to the bucket's region";
                    case 403 ->
                        "give the role s3:GetObject on it (without s3:ListBucket, S3 answers the same for one that is missing)";
                    case 404 -> "there is no such bucket or object";
                    default -> "that may pass by itself";
                };
    }

    private static IllegalArgumentException unreadable(String kind, String why) {
        return new IllegalArgumentException(
                "The description of a provider at " + kind + " cannot be read: " + why + ".");
    }
}

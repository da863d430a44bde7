package dev.afterimage.aws;

import dev.afterimage.pregeneration.plan.CatalogueSource;
import java.io.IOException;
import java.net.URI;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Catalogues in S3, as {@code s3://bucket/key}. */
public final class S3CatalogueSource implements CatalogueSource {

    private final S3Client s3;

    public S3CatalogueSource(S3Client s3) {
        this.s3 = s3;
    }

    @Override
    public OpenCatalogue open(String source) throws IOException {
        URI uri = URI.create(source);
        String bucket = uri.getHost();
        String path = uri.getPath();
        if (!"s3".equals(uri.getScheme()) || bucket == null || path == null || path.length() < 2) {
            throw new IOException("a catalogue in S3 is named s3://bucket/key");
        }
        try {
            ResponseInputStream<GetObjectResponse> content =
                    s3.getObject(request -> request.bucket(bucket).key(path.substring(1)));
            return new OpenCatalogue(content, content.response().eTag());
        } catch (SdkException e) {
            throw new IOException("the catalogue cannot be read from S3", e);
        }
    }
}

package dev.afterimage.aws;

import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Catalogues in S3, as {@code s3://bucket/key}. */
public final class S3CatalogueSource implements CatalogueSource {

    /** A key may have spaces and percent signs, so the name is not decoded as a URI. */
    private static final Pattern NAME = Pattern.compile("s3://([^/]+)/(.+)", Pattern.DOTALL);

    private final S3Client s3;

    public S3CatalogueSource(S3Client s3) {
        this.s3 = s3;
    }

    @Override
    public OpenCatalogue open(String source) throws IOException {
        Matcher name = NAME.matcher(source);
        if (!name.matches()) {
            throw new IOException("a catalogue in S3 is named s3://bucket/key");
        }
        try {
            ResponseInputStream<GetObjectResponse> content =
                    s3.getObject(request -> request.bucket(name.group(1)).key(name.group(2)));
            return new OpenCatalogue(content, content.response().eTag());
        } catch (SdkException e) {
            throw new IOException("the catalogue cannot be read from S3", e);
        }
    }
}

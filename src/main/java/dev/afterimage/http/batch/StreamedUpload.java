package dev.afterimage.http.batch;

import dev.afterimage.batch.BatchIntake;
import dev.afterimage.catalogue.CatalogueFormat;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.image.Sha256;
import dev.afterimage.image.TemplateId;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A request's body, hashed while it is read. The hash also covers the format, template and callback that the request names,
 * because the same rows with another of these are another upload.
 */
final class StreamedUpload implements BatchIntake.Upload {

    private final CatalogueFormat format;
    private final Optional<TemplateId> template;
    private final MessageDigest sha256 = Sha256.digest();
    private final InputStream body;
    private final Optional<String> callback;

    StreamedUpload(CatalogueFormat format, Optional<TemplateId> template, Optional<String> callback, InputStream body) {
        this.format = format;
        this.callback = callback;
        this.template = template;
        String parameters = format.name()
                + '\n'
                + template.map(TemplateId::value).orElse("")
                + '\n'
                + callback.map(url -> url + '\n').orElse("");
        sha256.update(parameters.getBytes(StandardCharsets.UTF_8));
        this.body = new DigestInputStream(body, sha256);
    }

    @Override
    public Optional<String> callback() {
        return callback;
    }

    /** The rows; closing them leaves the body open, because its hash may not be known yet. */
    @Override
    public CatalogueRows rows() throws IOException {
        InputStream keptOpen = new FilterInputStream(body) {
            @Override
            public void close() {}
        };
        return format.open(keptOpen, template);
    }

    @Override
    public String hash() throws IOException {
        body.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(sha256.digest());
    }
}

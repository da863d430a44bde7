package dev.afterimage.http.batch;

import dev.afterimage.catalogue.CatalogueFormat;
import dev.afterimage.http.MediaTypeGate;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import java.util.Arrays;

/** Refuses uploads by their headers, before {@link BatchResource} begins to read one. */
final class UploadGate {

    private static final int BEFORE_RESOURCES = -1;

    void register(@Observes Router router) {
        router.post("/v1/batches")
                .order(BEFORE_RESOURCES)
                .handler(new MediaTypeGate(Arrays.stream(CatalogueFormat.values())
                        .map(CatalogueFormat::contentType)
                        .toList()));
    }
}

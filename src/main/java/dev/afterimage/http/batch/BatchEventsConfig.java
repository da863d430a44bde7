package dev.afterimage.http.batch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the progress of a batch is told. */
@ConfigMapping(prefix = "afterimage.batch-events")
interface BatchEventsConfig {

    /**
     * Whether {@code GET /v1/batches/{id}/events} follows a batch to its end. Off where an answer is held back until it is
     * whole, as Lambda's are: it then tells one event and ends, and who wants more asks again.
     */
    @WithDefault("true")
    boolean follow();
}

package dev.afterimage.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.pipeline.ImageService;
import java.time.Clock;

/** The service's own bodies of callbacks, for tests that start no server. */
public final class BodiesOfCallbacks {

    /** Writes times as Quarkus' own mapper does. */
    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    private BodiesOfCallbacks() {}

    public static Callbacks.Bodies of(
            BatchLedger ledger,
            ImageService images,
            PendingKeys marks,
            UrlSigner signer,
            BaseUrl baseUrl,
            Clock clock,
            DeliveryConfig delivery) {
        return new CallbackBodies(
                ledger, images, marks, new ImageResponses(signer, baseUrl, clock, JSON, delivery), clock, JSON);
    }
}

package dev.afterimage.testing;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.BatchRow;
import dev.afterimage.jobs.Job;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import java.util.Optional;

/** Jobs by number. */
public final class Jobs {

    public static final KeyScheme KEYS = new KeyScheme(ProviderIdentity.builtIn("demo"));

    private Jobs() {}

    public static ImageRequest request(int number) {
        return new ImageRequest(
                new TemplateId("card"), TemplateData.of("{\"title\":\"Bild № " + number + "\"}"), ImageFormat.WEBP);
    }

    public static Job bulk(int number) {
        return job(number, Lane.BULK, Optional.empty());
    }

    /** A job that a plan made. */
    public static Job planned(int number, Horizon horizon) {
        Job job = bulk(number);
        return new Job(job.id(), job.key(), job.request(), job.lane(), job.caller(), job.row(), horizon);
    }

    public static Job interactive(int number) {
        return job(number, Lane.INTERACTIVE, Optional.empty());
    }

    public static Job ofBatch(String batch, int line) {
        return job(line, Lane.BULK, Optional.of(new BatchRow(batch, line)));
    }

    private static Job job(int number, Lane lane, Optional<BatchRow> row) {
        ImageRequest request = request(number);
        return new Job("job-" + number, KEYS.keyOf(request, 0), request, lane, new Caller("key:" + number), row);
    }
}

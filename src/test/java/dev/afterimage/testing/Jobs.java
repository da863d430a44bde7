package dev.afterimage.testing;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.Job.BatchRow;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import java.util.Optional;

/** Jobs by number. */
public final class Jobs {

    public static final KeyScheme KEYS = new KeyScheme(ProviderIdentity.builtIn("demo"));

    private Jobs() {}

    /** The image that a claimed job makes. */
    public static Job.Image image(Claim claim) {
        return (Job.Image) claim.job();
    }

    public static ImageRequest request(int number) {
        return new ImageRequest(
                new TemplateId("card"), TemplateData.of("{\"title\":\"Bild № " + number + "\"}"), ImageFormat.WEBP);
    }

    public static Job.Image bulk(int number) {
        return job(number, Lane.BULK, Optional.empty());
    }

    /** A job that a plan made. */
    public static Job.Image planned(int number, Horizon horizon) {
        Job.Image job = bulk(number);
        return new Job.Image(job.id(), job.key(), job.request(), job.lane(), job.caller(), job.row(), horizon);
    }

    public static Job.Image interactive(int number) {
        return job(number, Lane.INTERACTIVE, Optional.empty());
    }

    public static Job.Image ofBatch(String batch, int line) {
        return job(line, Lane.BULK, Optional.of(new BatchRow(batch, line)));
    }

    private static Job.Image job(int number, Lane lane, Optional<BatchRow> row) {
        ImageRequest request = request(number);
        return new Job.Image(
                "job-" + number, KEYS.keyOf(request, 0), request, lane, new Caller("key:" + number), row, Horizon.NONE);
    }
}

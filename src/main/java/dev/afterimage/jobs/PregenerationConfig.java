package dev.afterimage.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What is made ahead of time, and how much of that one process does at once. */
@ConfigMapping(prefix = "afterimage.pregeneration")
public interface PregenerationConfig {

    /** Jobs that one worker process runs at once, at least 1: more hides the provider's latency, fewer spares memory. */
    @WithDefault("5")
    int concurrency();

    /** Whether this process takes jobs from the queue by itself; off where they are handed to it, as Lambda does. */
    @WithDefault("true")
    boolean worker();

    /**
     * A job whose worker has not renewed its claim for this long is handed to another worker. While a job runs, its
     * claim is renewed three times in this time. Longer forgives long pauses, shorter brings a dead worker's jobs back
     * sooner. With SQS at least 1 s and at most 12 h. On Lambda, where claims are not renewed, the queue's own visibility
     * timeout counts.
     */
    @WithDefault("15s")
    Duration visibilityTimeout();

    /** How long a worker waits for one image before the job goes back to the queue. */
    @WithDefault("60s")
    Duration patience();

    /** Failed attempts after which a job goes to the dead-letter queue, at least 1; being throttled is no failed attempt. */
    @WithDefault("8")
    int maxAttempts();

    /** The wait after the first failed attempt; it doubles with each further one, up to {@link #maxBackOff()}. */
    @WithDefault("15s")
    Duration backOff();

    /** The longest wait between two attempts of a job. */
    @WithDefault("15m")
    Duration maxBackOff();

    /**
     * Deliveries of which none ended (the worker died each time) after which a job goes to the dead-letter queue; at least
     * 1. Keep it below the {@code maxReceiveCount} of an SQS redrive policy, so that the reason stands on the message.
     */
    @WithDefault("5")
    int maxDeliveries();

    /** What is made ahead, such as {@code afterimage.pregeneration.catalogues."cards".source=cards.csv}. */
    Map<String, CatalogueConfig> catalogues();

    /** One catalogue. */
    interface CatalogueConfig {

        /** A local path or {@code s3://bucket/key}; its ending tells the format: .csv, .ndjson, .jsonl or .json. */
        String source();

        /** The template of every row; left out, each row names its own. */
        Optional<String> template();

        /** When it is planned, as a cron expression of Quarkus' scheduler; left out, only when an operator asks for a plan. */
        Optional<String> schedule();

        /**
         * How long until the next plan: each plan makes anew what would not stay fresh for 1.25 times this long. Longer
         * makes images anew earlier than needed, shorter lets some expire before the next plan. Left out, the time to
         * the schedule's next run, or 24 h where the schedule is elsewhere, as on AWS.
         */
        Optional<Duration> period();
    }
}

package dev.afterimage.metrics;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Traces requests: each step is a span, a child of the span that is current on the calling thread. All names of steps are
 * here. A span has one attribute, and never data, a URL or a secret.
 */
public interface Spans {

    /** A job's request for its image, from the worker to the outcome: the root of a trace, as no HTTP request is above. */
    String JOB = "job";

    /** The first step of every request: computing its key and looking it up in the index. */
    String INDEX_LOOKUP = "index lookup";

    /** Looking a key up in index, store and queue. */
    String LOOKUP = "lookup";

    String INDEX_WRITE = "index write";
    String STORE_LOOKUP = "store lookup";
    String STORE_WRITE = "store write";
    /** Acquiring a permit from the limiter. */
    String PERMIT = "permit";
    /** Stamping a departure and writing its receipt. Between {@link #PERMIT} and this step the call waited. */
    String DEPARTURE = "departure";

    String PROVIDER_CALL = "provider call";

    /** The attribute with the image's key, a SHA-256. */
    String KEY = "afterimage.key";

    String TEMPLATE = "afterimage.template";
    String LANE = "afterimage.lane";

    /** Traces nothing. */
    Spans NONE = new Spans() {
        @Override
        public <T> T during(String step, String attribute, String value, Supplier<T> work) {
            return work.get();
        }

        @Override
        public <T> CompletionStage<T> until(
                String step, String attribute, String value, Supplier<CompletionStage<T>> work) {
            return work.get();
        }

        @Override
        public ExecutorService propagating(ExecutorService threads) {
            return threads;
        }
    };

    /** Does the work within a span, which ends when the work returns or throws. */
    <T> T during(String step, String attribute, String value, Supplier<T> work);

    /**
     * Starts the work within a span, which ends when the stage completes. What the work begins is the span's child; later
     * stages belong to the caller's span again.
     */
    <T> CompletionStage<T> until(String step, String attribute, String value, Supplier<CompletionStage<T>> work);

    /**
     * An executor over these threads, in which a task's spans are children of the span that was current when it was
     * submitted.
     */
    ExecutorService propagating(ExecutorService threads);
}

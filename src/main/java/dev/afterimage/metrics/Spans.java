package dev.afterimage.metrics;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Where the time of a single request goes: each step is a span of its trace, under the span of whoever runs on this thread. A
 * step is named once, here, and says one thing of what it is about; never data, a URL or a secret.
 */
public interface Spans {

    /** The first step of every request: its key, and the index. */
    String INDEX_LOOKUP = "index lookup";

    /** Index, store and queue are asked for a key. */
    String LOOKUP = "lookup";

    String INDEX_WRITE = "index write";
    String STORE_LOOKUP = "store lookup";
    String STORE_WRITE = "store write";
    /** Asking the limiter whether a call may start, and when. */
    String PERMIT = "permit";
    /** The moment a call leaves: its receipt is written. The time since {@link #PERMIT} was waited. */
    String DEPARTURE = "departure";

    String PROVIDER_CALL = "provider call";

    /** The attribute with the image's key, a SHA-256. */
    String KEY = "afterimage.key";

    String TEMPLATE = "afterimage.template";
    String LANE = "afterimage.lane";

    /** Nobody follows requests. */
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
        public ExecutorService carriedBy(ExecutorService threads) {
            return threads;
        }
    };

    /** What the work gives or throws; the span ends with it. */
    <T> T during(String step, String attribute, String value, Supplier<T> work);

    /** What the work gives; the span ends when that has ended, and what follows is under the caller's span again. */
    <T> CompletionStage<T> until(String step, String attribute, String value, Supplier<CompletionStage<T>> work);

    /** The same threads, on which a task is under the span of whoever has started it. */
    ExecutorService carriedBy(ExecutorService threads);
}

package dev.afterimage.otel;

import dev.afterimage.generation.Callables;
import dev.afterimage.metrics.Spans;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Spans of OpenTelemetry, children of the span that the calling thread is in. Of a failure only its class is told: its message may
 * hold a URL or what the provider said.
 */
@Singleton
@Unremovable
public final class OpenTelemetrySpans implements Spans {

    private static final String ERROR_TYPE = "error.type";

    private final Tracer tracer;

    public OpenTelemetrySpans(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("dev.afterimage");
    }

    @Override
    public <T> T during(String step, String attribute, String value, Supplier<T> work) {
        Span span = start(step, attribute, value);
        Scope inside = span.makeCurrent();
        try {
            return work.get();
        } catch (RuntimeException failure) {
            fail(span, failure);
            throw failure;
        } finally {
            inside.close();
            span.end();
        }
    }

    @Override
    public <T> CompletionStage<T> until(
            String step, String attribute, String value, Supplier<CompletionStage<T>> work) {
        Context callers = Context.current();
        Span span = start(step, attribute, value);
        CompletableFuture<T> ended = new CompletableFuture<>();
        CompletionStage<T> begun;
        try {
            begun = callers.with(span).wrapSupplier(work).get();
        } catch (RuntimeException failure) {
            fail(span, failure);
            span.end();
            throw failure;
        }
        // What follows runs on whichever thread has the answer.
        var unused = begun.whenComplete((done, failure) -> callers.wrap(() -> {
                    if (failure == null) {
                        span.end();
                        ended.complete(done);
                    } else {
                        fail(span, failure);
                        span.end();
                        ended.completeExceptionally(failure);
                    }
                })
                .run());
        return ended;
    }

    @Override
    public ExecutorService propagating(ExecutorService threads) {
        return Context.taskWrapping(threads);
    }

    private Span start(String step, String attribute, String value) {
        return tracer.spanBuilder(step).setAttribute(attribute, value).startSpan();
    }

    private static void fail(Span span, Throwable failure) {
        Throwable cause = Callables.cause(failure);
        span.setStatus(StatusCode.ERROR)
                .setAttribute(ERROR_TYPE, cause.getClass().getSimpleName());
    }
}

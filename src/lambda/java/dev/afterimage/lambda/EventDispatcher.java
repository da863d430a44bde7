package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.afterimage.time.InvocationDeadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one way in: reads an event, has it dealt with by those who know how, writes the answer, and winds the invocation up.
 * An exception is the invocation's failure, which Lambda reports and, where the caller doesn't wait, tries again; a request is
 * answered in any case.
 */
final class EventDispatcher {

    private final LambdaEventReader reader = new LambdaEventReader();
    private final LambdaAnswerWriter writer = new LambdaAnswerWriter();
    private final HttpEvents http;
    private final QueueBatches batches;
    private final Plans plans;
    private final InvocationDeadline invocation;
    private final Wrapup wrapup;
    private final Supplier<InvocationExtension> extension;
    private final LambdaConfig config;
    private final Clock clock;
    private final Function<Context, Duration> timeLeft;

    EventDispatcher(
            HttpEvents http,
            QueueBatches batches,
            Plans plans,
            InvocationDeadline invocation,
            Wrapup wrapup,
            Supplier<InvocationExtension> extension,
            LambdaConfig config,
            Clock clock,
            Function<Context, Duration> timeLeft) {
        this.http = http;
        this.batches = batches;
        this.plans = plans;
        this.invocation = invocation;
        this.wrapup = wrapup;
        this.extension = extension;
        this.config = config;
        this.clock = clock;
        this.timeLeft = timeLeft;
    }

    /** One invocation, as {@link EventStreamHandler} has it. */
    void dispatch(InputStream in, OutputStream out, Context context) throws IOException {
        InvocationTime time = InvocationTime.of(timeLeft.apply(context), config, clock);
        invocation.begin(time.answerBy());
        try {
            switch (reader.read(in)) {
                case LambdaEvent.Http event -> writer.http(http.answer(event.request(), context, time), out);
                case LambdaEvent.MalformedHttp event -> writer.http(HttpProblem.malformed(), out);
                case LambdaEvent.QueueBatch event -> writer.batch(batches.failures(event.messages(), time), out);
                case LambdaEvent.Plan event -> {
                    plans.plan(event.catalogue(), time);
                    writer.planned(event.catalogue(), out);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The process is shutting down");
        } finally {
            if (extension.get().isServed()) {
                extension.get().answered(String.valueOf(context.getAwsRequestId()));
            } else {
                wrapup.run(time.stopBy());
            }
            invocation.end();
        }
    }
}

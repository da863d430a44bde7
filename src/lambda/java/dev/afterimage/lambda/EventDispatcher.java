package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.time.InvocationDeadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.MDC;

/**
 * The one way in: reads an event, has it dealt with by those who know how, writes the answer, and winds the invocation up.
 * An exception is the invocation's failure, which Lambda reports and, where the caller doesn't wait, tries again; a request is
 * answered in any case.
 */
final class EventDispatcher {

    private static final System.Logger LOG = System.getLogger(EventDispatcher.class.getName());

    private final LambdaEventReader reader = new LambdaEventReader();
    private final LambdaResponseWriter writer = new LambdaResponseWriter();
    private final HttpEvents http;
    private final QueueBatches batches;
    private final Plans plans;
    private final InvocationDeadline invocation;
    private final InvocationEnd invocationEnd;
    private final Supplier<InvocationExtension> extension;
    private final LambdaConfig config;
    private final Clock clock;
    private final Function<Context, Duration> timeLeft;

    EventDispatcher(
            HttpEvents http,
            QueueBatches batches,
            Plans plans,
            InvocationDeadline invocation,
            InvocationEnd invocationEnd,
            Supplier<InvocationExtension> extension,
            LambdaConfig config,
            Clock clock,
            Function<Context, Duration> timeLeft) {
        this.http = http;
        this.batches = batches;
        this.plans = plans;
        this.invocation = invocation;
        this.invocationEnd = invocationEnd;
        this.extension = extension;
        this.config = config;
        this.clock = clock;
        this.timeLeft = timeLeft;
    }

    /** One invocation, as {@link EventStreamHandler} has it. */
    void dispatch(InputStream in, OutputStream out, Context context) throws IOException {
        // Lines of jobs and plans; a request's have the id that it brings, if any, on the threads of the server inside.
        MDC.put(RequestId.LOG_KEY, context.getAwsRequestId());
        InvocationTime time = InvocationTime.of(timeLeft.apply(context), config, clock);
        invocation.begin(time.answerBy());
        try {
            switch (reader.read(in)) {
                case LambdaEvent.Http event -> writer.http(http.answer(event.request(), context, time), out);
                case LambdaEvent.MalformedHttp event ->
                    writer.http(new HttpProblem(context.getAwsRequestId()).malformed(), out);
                case LambdaEvent.RefusedHttp event -> {
                    LOG.log(Level.ERROR, "A request was refused. {0}", event.mend());
                    writer.http(new HttpProblem(context.getAwsRequestId()).notServed(event.mend()), out);
                }
                case LambdaEvent.Ping event -> writer.ponged(out);
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
                invocationEnd.run(time.stopBy());
            }
            invocation.end();
        }
    }
}

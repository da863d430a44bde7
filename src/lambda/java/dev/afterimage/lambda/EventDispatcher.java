package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.lambda.LambdaEvent.QueueMessage;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.MDC;

/**
 * Handles every event: reads it, hands it to the part for its kind, writes the answer, and ends the invocation. An
 * exception fails the invocation, which Lambda reports and, for an asynchronous invocation, repeats. An HTTP request is
 * always answered.
 */
public final class EventDispatcher {

    private static final System.Logger LOG = System.getLogger(EventDispatcher.class.getName());

    private final LambdaEventReader reader = new LambdaEventReader();
    private final ObjectMapper json = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();
    private final HttpEvents http;
    private final JobBatchHandler worker;
    private final CataloguePlanHandler planner;
    private final DeadlineRunner deadlines;
    private final InvocationDeadline invocation;
    private final InvocationEnd invocationEnd;
    private final Supplier<InvocationExtension> extension;
    private final LambdaConfig config;
    private final Clock clock;
    private final Function<Context, Duration> timeLeft;

    EventDispatcher(
            HttpEvents http,
            JobBatchHandler worker,
            CataloguePlanHandler planner,
            DeadlineRunner deadlines,
            InvocationDeadline invocation,
            InvocationEnd invocationEnd,
            Supplier<InvocationExtension> extension,
            LambdaConfig config,
            Clock clock,
            Function<Context, Duration> timeLeft) {
        this.http = http;
        this.worker = worker;
        this.planner = planner;
        this.deadlines = deadlines;
        this.invocation = invocation;
        this.invocationEnd = invocationEnd;
        this.extension = extension;
        this.config = config;
        this.clock = clock;
        this.timeLeft = timeLeft;
    }

    /** Handles one invocation. Implements {@link LambdaEntry.EventStreamHandler}. */
    void dispatch(InputStream in, OutputStream out, Context context) throws IOException {
        // Puts the invocation's id into the log lines of jobs and plans. On the embedded server's threads a request
        // that has an id of its own is logged with that.
        MDC.put(RequestId.LOG_KEY, context.getAwsRequestId());
        Duration left = timeLeft.apply(context);
        Deadline answerBy = Deadline.in(left.minus(config.answerMargin()), clock);
        Deadline stopBy = Deadline.in(left.minus(config.stopMargin()), clock);
        invocation.begin(answerBy);
        try {
            Object answer = switch (reader.read(in)) {
                case LambdaEvent.Http event -> http.answer(event.request(), context, stopBy);
                case LambdaEvent.RefusedHttp event -> http.refused(event, context);
                case LambdaEvent.Ping event -> Map.of("afterimage", "ping");
                case LambdaEvent.QueueBatch event -> runBatch(event.messages(), answerBy, stopBy);
                case LambdaEvent.Plan event -> plan(event, answerBy, stopBy);
            };
            json.writeValue(out, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The process is shutting down");
        } finally {
            if (extension.get().isActive()) {
                extension.get().answered(String.valueOf(context.getAwsRequestId()));
            } else {
                invocationEnd.run(stopBy);
            }
            invocation.end();
        }
    }

    /**
     * Runs a batch of jobs, and says which messages SQS must deliver again ("Implementing partial batch responses"). When the
     * worker fails, all messages are delivered again; a job that is delivered twice is billed once.
     */
    private Map<String, Object> runBatch(List<QueueMessage> messages, Deadline answerBy, Deadline stopBy)
            throws InterruptedException {
        Set<String> failed = null;
        try {
            failed = deadlines.call(() -> worker.handle(messages, answerBy), stopBy);
        } catch (TimeoutException e) {
            LOG.log(Level.ERROR, "the worker overran its deadline; all {0} jobs are handed out again", messages.size());
        } catch (ExecutionException e) {
            LOG.log(
                    Level.ERROR,
                    "the worker failed; all " + messages.size() + " jobs are handed out again",
                    e.getCause());
        }
        Set<String> again = failed;
        // For an id that isn't in the batch Lambda would deliver the whole batch again.
        return Map.of(
                "batchItemFailures",
                messages.stream()
                        .map(QueueMessage::messageId)
                        .filter(id -> again == null || again.contains(id))
                        .map(id -> Map.of("itemIdentifier", id))
                        .toList());
    }

    /**
     * Plans a catalogue.
     *
     * @throws PlanUnfinishedException when the time was too short, so that Lambda calls again
     */
    private Map<String, String> plan(LambdaEvent.Plan plan, Deadline answerBy, Deadline stopBy)
            throws InterruptedException {
        boolean complete;
        try {
            complete = deadlines.call(() -> planner.plan(plan.catalogue(), plan.due(), answerBy), stopBy);
        } catch (TimeoutException e) {
            complete = false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException("The planner failed", e.getCause());
        }
        if (!complete) {
            throw new PlanUnfinishedException(plan.catalogue());
        }
        return Map.of("planned", plan.catalogue());
    }

    /**
     * The planner ran out of time, and has remembered how far it came. It fails so that Lambda calls again: a failed
     * asynchronous invocation is retried ("Error handling for asynchronous invocation").
     */
    static final class PlanUnfinishedException extends RuntimeException {

        PlanUnfinishedException(String catalogue) {
            super("Catalogue '" + catalogue + "' is not planned to its end; the next try goes on from there");
        }
    }

    /** Port: runs a batch of queued jobs. */
    @FunctionalInterface
    public interface JobBatchHandler {

        /**
         * Runs the jobs until each has ended, or until the deadline. Blocks. A job that fails does not affect the others.
         *
         * @param messages the jobs, each with an id of its own
         * @param deadline shortly before the invocation's end
         * @return the ids of the messages that SQS must deliver again; all others are deleted
         */
        Set<String> handle(List<QueueMessage> messages, Deadline deadline) throws InterruptedException;
    }

    /** Port: plans a catalogue: queues jobs for its missing images. */
    @FunctionalInterface
    public interface CataloguePlanHandler {

        /**
         * Plans a catalogue until its end or the deadline, and then remembers how far it came. Blocks.
         *
         * @param catalogue its name in the configuration
         * @param due when a schedule wanted the plan; empty for a plan by hand
         * @return whether it came to the end; if not, the next call goes on
         * @throws IllegalArgumentException when there is no catalogue of that name
         */
        boolean plan(String catalogue, Optional<Instant> due, Deadline deadline) throws InterruptedException;
    }

    /** How long before its end an invocation stops its work. */
    @ConfigMapping(prefix = "afterimage.lambda")
    public interface LambdaConfig {

        /**
         * How long before the invocation's end a request must be answered, and jobs and plans stop. More leaves time to
         * queue what is not ready and to answer 202; less leaves more time for the image.
         */
        @WithDefault("1500ms")
        Duration answerMargin();

        /**
         * How long before the invocation's end unfinished work is given up, so that the caller gets an answer and metrics are
         * written. Below the answer margin.
         */
        @WithDefault("500ms")
        Duration stopMargin();
    }
}

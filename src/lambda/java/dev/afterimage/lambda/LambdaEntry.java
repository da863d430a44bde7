package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.lambda.EventDispatcher.CataloguePlanHandler;
import dev.afterimage.lambda.EventDispatcher.JobBatchHandler;
import dev.afterimage.lambda.EventDispatcher.LambdaConfig;
import dev.afterimage.lambda.InvocationEnd.BeforeFreeze;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.amazon.lambda.http.LambdaHttpHandler;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaRecorder;
import io.quarkus.arc.All;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Makes the dispatcher and its parts, and puts the dispatcher between Quarkus' poll loop and its HTTP handler.
 *
 * <p>{@link AmazonLambdaRecorder} and {@link LambdaHttpHandler} are public but internal to Quarkus 3.33. The recorder keeps
 * the handler in a static field that its poll loop reads for each event; setting it at start-up, before the first event, is
 * what the extension itself does at build time with a handler class. Should an upgrade change that, every test of this
 * package fails.
 */
@Singleton
final class LambdaEntry {

    private static final Duration WITHOUT_LAMBDA = Duration.ofSeconds(30);

    private final InvocationEnd invocationEnd;
    private final InvocationExtension extension;

    /**
     * All {@link BeforeFreeze} beans. The list is a bean itself, so that they are made when the first invocation ends
     * and not at the start.
     */
    record Hooks(List<BeforeFreeze> all) {}

    @Singleton
    static Hooks hooks(@All List<BeforeFreeze> all) {
        return new Hooks(all);
    }

    LambdaEntry(
            Instance<Hooks> hooks,
            @ConfigProperty(name = "aws.lambda.runtime.api") Optional<String> runtimeApi,
            Clock clock) {
        this.invocationEnd = new InvocationEnd(() -> hooks.get().all());
        // An extension must register before the poll loop asks for the first event, which it does after start-up.
        this.extension = InvocationExtension.start(runtimeApi.orElse(""), invocationEnd, clock);
    }

    void choose(@Observes @Priority(1) StartupEvent event) {
        new AmazonLambdaRecorder(null).setStreamHandlerClass(EventStreamHandler.class);
    }

    @Singleton
    @Unremovable
    EventStreamHandler handler(
            Instance<ImageEvents> images,
            LambdaHttpHandler server,
            ProblemResponses problems,
            Instance<JobBatchHandler> worker,
            Instance<CataloguePlanHandler> planner,
            Clock clock,
            InvocationDeadline invocation,
            LambdaConfig config) {
        DeadlineRunner deadlines = new DeadlineRunner(Executors.newVirtualThreadPerTaskExecutor(), clock);
        // Parts of the other functions are made when their first event comes, so that a start makes only what it needs.
        EventDispatcher dispatcher = new EventDispatcher(
                new HttpEvents(images::get, server, problems, deadlines),
                (messages, deadline) -> worker.get().handle(messages, deadline),
                (catalogue, due, deadline) -> planner.get().plan(catalogue, due, deadline),
                deadlines,
                invocation,
                invocationEnd,
                () -> extension,
                config,
                clock,
                LambdaEntry::timeLeft);
        return dispatcher::dispatch;
    }

    /** Lambda names the deadline of each invocation; Quarkus' mock event server, in tests and dev mode, names none. */
    private static Duration timeLeft(Context context) {
        return LaunchMode.current() == LaunchMode.NORMAL
                ? Duration.ofMillis(context.getRemainingTimeInMillis())
                : WITHOUT_LAMBDA;
    }

    /**
     * The handler that Quarkus' poll loop calls with each event. It is an interface, because
     * {@code quarkus-amazon-lambda-http} has a handler class of its own and Quarkus refuses a second one ("Multiple handler
     * classes"). Quarkus counts concrete classes in its index, and neither an interface nor a method reference is one.
     */
    interface EventStreamHandler extends RequestStreamHandler {}
}

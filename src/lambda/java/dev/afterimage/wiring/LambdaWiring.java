package dev.afterimage.wiring;

import dev.afterimage.aws.SqsConfig;
import dev.afterimage.aws.SqsJobQueue;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.NewerFormatException;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import dev.afterimage.lambda.EventDispatcher.CataloguePlanHandler;
import dev.afterimage.lambda.EventDispatcher.JobBatchHandler;
import dev.afterimage.lambda.InvocationEnd.BeforeFreeze;
import dev.afterimage.lambda.LambdaEvent.QueueMessage;
import dev.afterimage.metrics.EmfWriter;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.pipeline.Drain;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Connects Lambda's events to the worker and the planner. */
class LambdaWiring {

    private static final System.Logger LOG = System.getLogger(LambdaWiring.class.getName());

    /**
     * Runs the jobs of a batch. A message that is no job goes to the dead-letter queue when it is claimed, and is not
     * delivered again.
     */
    @Singleton
    JobBatchHandler jobBatches(
            Worker worker,
            SqsConfig sqsConfig,
            @Identifier(ClientWiring.LIMITED) Instance<SqsClient> sqs,
            PregenerationConfig config,
            Clock clock,
            @VirtualThreads ExecutorService virtualThreads) {
        return (messages, deadline) -> {
            SqsJobQueue queue = new SqsJobQueue(
                    sqs.get(), SqsJobQueue.Queues.of(sqsConfig), config.visibilityTimeout(), clock, virtualThreads);
            Map<String, Claim> claims = new HashMap<>();
            Set<String> again = new HashSet<>();
            for (QueueMessage message : messages) {
                try {
                    claim(message, queue).ifPresent(claim -> claims.put(message.messageId(), claim));
                } catch (NewerFormatException | QueueUnavailableException e) {
                    LOG.log(Level.WARNING, "message " + message.messageId() + " is handed out again", e);
                    again.add(message.messageId());
                }
            }
            again.addAll(worker.process(claims, deadline));
            return again;
        };
    }

    private static Optional<Claim> claim(QueueMessage message, SqsJobQueue queue) {
        return queue.claim(message.body(), message.attributes(), message.receiveCount());
    }

    @Singleton
    CataloguePlanHandler cataloguePlans(CatalogueRunner runner, PlanMeter plans, IdentityCheck identity) {
        return (catalogue, due, deadline) -> {
            identity.run();
            return plans.metered(() -> due.map(time -> runner.run(catalogue, Turn.nightly(time), deadline))
                            .orElseGet(() -> runner.run(catalogue, deadline)))
                    .complete();
        };
    }

    /** Waits for calls that have left, so that they are not frozen with the process. */
    @Singleton
    @Priority(2)
    BeforeFreeze calls(Drain drain, Clock clock) {
        return deadline -> {
            boolean unused = drain.awaitIdle(deadline.remaining(clock));
        };
    }

    /**
     * Writes the metrics into the log, from which CloudWatch reads them. It is done here because no timer runs while the
     * process is frozen.
     */
    @Singleton
    @Priority(1)
    BeforeFreeze meters(EmfWriter emf) {
        return deadline -> emf.flush();
    }
}

package dev.afterimage.http;

import dev.afterimage.jobs.Redrive;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;

/** The jobs that were given up, for the operator who has mended their cause. */
@Path("/v1/dead-letters")
@RunOnVirtualThread // it moves messages between queues
public final class DeadLetterResource {

    private final Redrive redrive;
    private final Clock clock;
    private final Duration deadline;
    private final InvocationDeadline invocation;

    @Inject
    DeadLetterResource(Redrive redrive, Clock clock, HttpConfig config, InvocationDeadline invocation) {
        this.redrive = redrive;
        this.clock = clock;
        this.deadline = config.deadline();
        this.invocation = invocation;
    }

    /** How many jobs are back on the queue. */
    public record Redriven(int redriven) {}

    @POST
    @Path("redrive")
    @Produces(MediaType.APPLICATION_JSON)
    public Redriven redrive() {
        return new Redriven(redrive.run(invocation.cap(Deadline.in(deadline, clock))));
    }
}

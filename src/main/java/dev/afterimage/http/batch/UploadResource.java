package dev.afterimage.http.batch;

import static dev.afterimage.http.problem.ProblemType.NOT_FOUND;

import dev.afterimage.batch.Uploads;
import dev.afterimage.http.problem.Problem.ProblemException;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * A place for the rows of a batch that is too large for one request, as it soon is on Lambda. A resource of its own, because in
 * one with {@code /v1/batches/{id}} the other methods of this path would be those of a batch named "uploads".
 */
@Path("/v1/batches/uploads")
@RunOnVirtualThread
@RegisterForReflection(targets = Uploads.Place.class) // written by Jackson from behind a Response
public final class UploadResource {

    private final Optional<Uploads> uploads;

    @Inject
    UploadResource(Optional<Uploads> uploads) {
        this.uploads = uploads;
    }

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    public Response offer() {
        Uploads.Place place = uploads.orElseThrow(() -> ProblemException.of(
                        NOT_FOUND,
                        "This service keeps no uploads, because it takes large batches at once: send the rows themselves to"
                                + " POST /v1/batches."))
                .offer();
        return Response.status(Response.Status.CREATED).entity(place).build();
    }
}

package dev.afterimage.http.batch;

import static dev.afterimage.http.problem.ProblemType.NOT_FOUND;

import dev.afterimage.batch.Uploads;
import dev.afterimage.http.problem.Problem.ProblemException;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * Hands out URLs to which the rows of a large batch are uploaded, because a request to Lambda may have only 6 MB. It is
 * a class of its own: in the class of {@code /v1/batches/{id}} a GET or DELETE of this path would be taken for one of a
 * batch with the id "uploads".
 */
@Path("/v1/batches/uploads")
@RunOnVirtualThread
@RegisterForReflection(targets = Uploads.Place.class) // Jackson writes it, which the native build does not see
public final class UploadResource {

    private final Optional<Uploads> uploads;

    UploadResource(Optional<Uploads> uploads) {
        this.uploads = uploads;
    }

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    public Response offer() {
        Uploads.Place place = uploads.orElseThrow(() -> ProblemException.of(
                        NOT_FOUND,
                        "This service keeps no uploads, because it takes large batches directly: send the rows themselves"
                                + " to POST /v1/batches."))
                .offer();
        return Response.status(Response.Status.CREATED).entity(place).build();
    }
}

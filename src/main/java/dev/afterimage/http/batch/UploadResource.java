package dev.afterimage.http.batch;

import dev.afterimage.batch.Uploads;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** Places for the rows of batches that are too large for one request, as they soon are on Lambda. */
@Path("/v1/batches/uploads")
public final class UploadResource {

    private final Optional<Uploads> uploads;

    @Inject
    UploadResource(Optional<Uploads> uploads) {
        this.uploads = uploads;
    }

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread // credentials may have to be fetched
    public Response offer() {
        Uploads.Place place = uploads.orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemType.NOT_FOUND,
                        "This service keeps no uploads, because it takes large batches at once: send the rows themselves to"
                                + " POST /v1/batches.")))
                .offer();
        return Response.status(Response.Status.CREATED).entity(place).build();
    }
}

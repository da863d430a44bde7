package dev.afterimage.http;

import dev.afterimage.pipeline.ImageService;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.concurrent.CompletionStage;

/** Templates, as far as this service knows them: by name and version. */
@Path("/v1/templates")
public final class TemplateResource {

    private final ImageService images;

    @Inject
    TemplateResource(ImageService images) {
        this.images = images;
    }

    /** The version that is current after a purge. */
    public record Purged(String template, long version) {}

    /** Makes every older image of the template a miss. */
    @POST
    @Path("{template}/purge")
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<Purged> purge(@PathParam("template") String template) {
        return images.purge(PathParameters.template(template)).thenApply(version -> new Purged(template, version));
    }
}

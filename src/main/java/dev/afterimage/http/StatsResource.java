package dev.afterimage.http;

import dev.afterimage.metrics.Stats;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** The numbers of the moment, for people; machines scrape {@code /q/metrics}. */
@Path("/v1/stats")
public final class StatsResource {

    private final Stats.Source source;

    @Inject
    StatsResource(Stats.Source source) {
        this.source = source;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread // it asks queue and limiter, which may be a network away
    public Stats stats() {
        return source.current();
    }
}

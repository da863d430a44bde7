package dev.afterimage.wiring;

import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.metrics.MeteredGenerator;
import dev.afterimage.metrics.Meters;
import dev.afterimage.provider.AddressGuard;
import dev.afterimage.provider.HostResolver;
import dev.afterimage.provider.ImejisProvider;
import dev.afterimage.provider.JsonProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProviderHttp;
import dev.afterimage.provider.ResultFetcher;
import dev.afterimage.time.Pause;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** Chooses the image API. */
class ProviderWiring {

    @Produces
    @Singleton
    @Named("provider")
    ImageGenerator provider(
            ProviderConfig config,
            ProviderHttp http,
            @Named("demo") Instance<ImageGenerator> demo,
            Meters meters,
            Clock clock,
            Pause pause) {
        ImageGenerator provider = switch (config.kind()) {
            case DEMO -> included(demo);
            case JSON -> new JsonProvider(http, fetcher(config, http, clock, pause), config, clock);
            case IMEJIS -> new ImejisProvider(http, config, clock);
        };
        return new MeteredGenerator(meters, provider);
    }

    @Produces
    @Singleton
    ProviderHttp providerHttp(Vertx vertx, ProviderConfig config) {
        return new ProviderHttp(vertx, config.connectTimeout());
    }

    void close(@Disposes ProviderHttp http) {
        http.close();
    }

    private static ResultFetcher fetcher(ProviderConfig config, ProviderHttp http, Clock clock, Pause pause) {
        AddressGuard guard =
                new AddressGuard(config.url(), config.allowedHosts().orElse(List.of()), HostResolver.ofMachine());
        return new ResultFetcher(http, guard, config.maxBytes(), config.timeout(), clock, pause);
    }

    private static ImageGenerator included(Instance<ImageGenerator> demo) {
        if (demo.isUnsatisfied()) {
            throw new IllegalStateException("This build has no demo provider;"
                    + " set afterimage.provider.kind to json or imejis, and afterimage.provider.url.");
        }
        return demo.get();
    }
}

package dev.afterimage.wiring;

import dev.afterimage.cache.CacheConfig;
import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.BudgetedGenerator;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.CheckedGenerator;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.generation.GuardedGenerator;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.PermittedGenerator;
import dev.afterimage.generation.ResilientGenerator;
import dev.afterimage.generation.RetryPolicy;
import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.generation.guard.RetryGuard;
import dev.afterimage.http.HttpConfig;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.metrics.MeteredImageService;
import dev.afterimage.metrics.Meters;
import dev.afterimage.pipeline.Backlog;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.pipeline.ImagePipeline;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.PipelineParts;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Puts the provider's decorators and the pipeline together. */
@RegisterForReflection(targets = BreakerGuard.Figures.class) // its annotation is read at run time
class GenerationWiring {

    /**
     * The provider with its decorators. The innermost is made first; a call passes them from the last line to the
     * first.
     */
    @Singleton
    @Named("guarded")
    ImageGenerator guarded(
            @Named("provider") ImageGenerator provider,
            RetryGuard retry,
            BreakerGuard breaker,
            CallGuard guard,
            LocalRateLimit localRateLimit,
            CreditBudget budget,
            AccountChoice accounts,
            PermitAcquirer permits,
            CallSettler settler,
            ProviderLimiter limiter,
            ProviderConfig providerConfig,
            GenerationConfig config,
            Machine machine,
            RetryPolicy policy) {
        ImageGenerator checked = new CheckedGenerator(provider, providerConfig.maxBytes());
        ImageGenerator guarded = new GuardedGenerator(guard, checked);
        ImageGenerator budgeted = new BudgetedGenerator(budget, accounts, guarded);
        ImageGenerator permitted = new PermittedGenerator(
                accounts, permits, localRateLimit, settler, config.rejectionTtl(), machine.clock(), budgeted);
        return new ResilientGenerator(retry, breaker, policy, accounts, limiter, permitted);
    }

    @Singleton
    RetryPolicy retryPolicy(GenerationConfig config, Machine machine) {
        return new RetryPolicy(config.maxWait(), machine.clock(), machine.random());
    }

    @Singleton
    KeyScheme keyScheme(TemplateProviders providers) {
        return providers.keys();
    }

    @Singleton
    FreshnessPolicy freshnessPolicy(CacheConfig config, TemplatesConfig templates) {
        Map<String, Duration> ttlByTemplate = new HashMap<>();
        config.templates()
                .forEach((template, settings) -> settings.ttl().ifPresent(ttl -> ttlByTemplate.put(template, ttl)));
        templates.templates().forEach((template, own) -> own.ttl().ifPresent(ttl -> ttlByTemplate.put(template, ttl)));
        return new FreshnessPolicy(config.ttl(), config.staleTtl(), config.staleWhileRevalidate(), ttlByTemplate);
    }

    @Singleton
    ImageService imageService(
            BackendConfig backends,
            KeyScheme keys,
            TemplateVersions versions,
            ImageIndex index,
            ImageStore store,
            FlightLeases leases,
            Receipts receipts,
            CallSettler settler,
            @Named("guarded") ImageGenerator generator,
            @Named("provider") ImageGenerator provider,
            ProviderConfig providerConfig,
            TemplateProviders providers,
            CreditBudget budget,
            AccountChoice accounts,
            PermitAcquirer permits,
            FreshnessPolicy freshness,
            CallerQuota quota,
            Backlog backlog,
            Drain drain,
            GenerationConfig config,
            HttpConfig http,
            Machine machine,
            Instance<UrlSigner> signer,
            Meters meters) {
        // The signer is made at the first request, because workers and planners have no key.
        ImageService pipeline = new ImagePipeline(new PipelineParts(
                keys,
                versions,
                index,
                store,
                backends.storeKind() == BackendConfig.StoreKind.S3,
                leases,
                receipts,
                settler,
                generator,
                new BudgetedGenerator(budget, accounts, new CheckedGenerator(provider, providerConfig.maxBytes())),
                (request, lane, deadline) -> permits.refusal(providers.of(request), lane, deadline),
                freshness,
                quota,
                backlog,
                drain,
                http.maxFollowers().orElse(Integer.MAX_VALUE),
                config.patience(),
                () -> signer.get().checkKey(),
                machine.pause(),
                machine.clock(),
                machine.threads()));
        return new MeteredImageService(meters, pipeline);
    }
}

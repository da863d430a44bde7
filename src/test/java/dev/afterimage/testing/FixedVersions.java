package dev.afterimage.testing;

import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Templates that were never purged. */
public final class FixedVersions implements TemplateVersions {

    @Override
    public CompletionStage<Long> current(TemplateId template) {
        return CompletableFuture.completedFuture(0L);
    }

    @Override
    public long raise(TemplateId template) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration visibleWithin() {
        return Duration.ZERO;
    }
}

package dev.afterimage.http.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.afterimage.batch.Batch;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A batch as its caller sees it. Each row ends as done or failed, and {@code done} is {@code hits} plus {@code generated}.
 *
 * @param state the word of a {@link Batch.State} in lower case
 * @param hits rows whose image was there already, or was made for another request
 * @param generated rows whose image was made for them
 * @param finishedAt null while it has not ended
 * @param etaSeconds an estimate of the time left; left out while there is nothing to estimate it from
 */
@RegisterForReflection(targets = {BatchBody.class, Batch.Failure.class})
public record BatchBody(
        String id,
        String state,
        int total,
        int done,
        int hits,
        int generated,
        int failed,
        List<Batch.Failure> failures,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long etaSeconds) {

    public static BatchBody of(Batch batch, Instant now) {
        return new BatchBody(
                batch.id(),
                batch.state().name().toLowerCase(Locale.ROOT),
                batch.total(),
                batch.done(),
                batch.counts().hits(),
                batch.counts().generated(),
                batch.counts().failed(),
                batch.failures(),
                batch.startedAt(),
                batch.finishedAt().orElse(null),
                batch.timeLeft(now).map(Duration::toSeconds).orElse(null));
    }
}

package dev.afterimage.http.header;

import dev.afterimage.pipeline.ImageOutcome;

/** The {@code Cache-Status} response header (RFC 9211): where an image came from, in one cache's words. */
public final class CacheStatus {

    public static final String HEADER = "Cache-Status";

    private CacheStatus() {}

    /** The field value; a stale hit says by how many whole seconds, at least one, it is past its freshness. */
    public static String of(ImageOutcome.Ready outcome) {
        return switch (outcome) {
            case ImageOutcome.Hit hit -> "afterimage; hit";
            case ImageOutcome.Stale stale ->
                "afterimage; hit; ttl=-" + Math.max(1, stale.staleFor().toSeconds());
            case ImageOutcome.Stored stored -> "afterimage; fwd=miss; stored";
            case ImageOutcome.Collapsed collapsed -> "afterimage; fwd=miss; collapsed";
        };
    }
}

package dev.afterimage.http;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.SignedUrl;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/** The JSON answer for an image that is there. Times are ISO 8601 in UTC. */
@RegisterForReflection // written by Jackson from behind a Response, where the native build doesn't see it
record ImageBody(
        String key,
        String url,
        Instant urlExpiresAt,
        String contentType,
        long bytes,
        Instant createdAt,
        Instant freshUntil) {

    static ImageBody of(IndexEntry entry, SignedUrl url) {
        return new ImageBody(
                entry.key().value(),
                url.url(),
                url.expiresAt(),
                entry.format().contentType(),
                entry.bytes(),
                entry.createdAt(),
                entry.freshUntil());
    }

    /** Hides the signed URL. */
    @Override
    public String toString() {
        return "ImageBody[" + key + "]";
    }
}

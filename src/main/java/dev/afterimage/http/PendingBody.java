package dev.afterimage.http;

import dev.afterimage.image.ImageKey;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * The JSON answer for an image that is on its way.
 *
 * @param location where to look for it, the same as the {@code Location} header
 */
@RegisterForReflection // written by Jackson from behind a Response, where the native build doesn't see it
record PendingBody(String key, String status, String location) {

    static PendingBody of(ImageKey key) {
        return new PendingBody(key.value(), "pending", "/v1/images/" + key.value());
    }
}

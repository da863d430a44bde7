package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import java.time.Duration;
import java.time.Instant;

/**
 * What a call buys.
 *
 * @param key the image's
 * @param account the provider's account that is billed
 * @param template the template's name, for the operator
 * @param request the request as canonical JSON, so that anybody can go on with a job at the provider
 * @param period how long such an image is fresh; so long calls in vain are remembered
 * @param known when the newest image was made that the caller has seen of this key; the epoch where there is none
 */
public record Purchase(ImageKey key, String account, String template, String request, Duration period, Instant known) {

    /** The account of a service that has one. */
    public static final String DEFAULT_ACCOUNT = "default";

    /** A purchase of this image from the one account, by somebody who has seen none of it. */
    public static Purchase of(ImageKey key, ImageRequest request, Duration period) {
        String json = "{\"template\":\"" + request.template().value() + "\",\"format\":\""
                + request.format().word() + "\",\"data\":" + request.data().json() + "}";
        return new Purchase(key, DEFAULT_ACCOUNT, request.template().value(), json, period, Instant.EPOCH);
    }

    /** The same purchase by somebody who has seen an image that was made then. */
    public Purchase knowing(Instant newest) {
        return new Purchase(key, account, template, request, period, newest);
    }
}

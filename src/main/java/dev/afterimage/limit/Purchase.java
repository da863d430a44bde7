package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.Sha256;
import java.time.Duration;
import java.time.Instant;

/**
 * What a call buys, for its receipt.
 *
 * @param key the image's key
 * @param account the provider's account that is billed. Before departure it is empty, or the account of an earlier call of
 *     this key whose outcome is unknown
 * @param template the template's name, for the operator
 * @param request the request as canonical JSON, so that any process can go on with its job at the provider
 * @param period how long a receipt remembers calls that brought no image
 * @param idempotencySuffix the end of the idempotency key, after the image's key. A purchase after an unknown outcome has the
 *     suffix of the purchase before, so that the provider bills the two only once
 * @param newestSeen when the newest image of this key that the caller has seen was made; the epoch if it has seen none
 */
public record Purchase(
        ImageKey key,
        String account,
        String template,
        String request,
        Duration period,
        String idempotencySuffix,
        Instant newestSeen) {

    /** The account of a provider that has only one. */
    public static final String DEFAULT_ACCOUNT = "default";

    private static final String NO_ACCOUNT = "";

    /**
     * A purchase from any account by a caller that has seen no image of this key. Its receipt remembers calls that
     * brought no image for three quarters of the time that an image is fresh. Images that are fresh just long enough
     * for a nightly catalogue (a plan's period and a quarter of it) have a receipt that lasts not quite a period, so a
     * row that brought no image one night is tried again the next.
     *
     * @param freshFor how long such an image is fresh
     */
    public static Purchase of(ImageKey key, ImageRequest request, Duration freshFor) {
        Duration period = freshFor.minus(freshFor.dividedBy(4));
        String json = "{\"template\":\"" + request.template().value() + "\",\"format\":\""
                + request.format().word() + "\"" + (request.variant() == 0 ? "" : ",\"variant\":" + request.variant())
                + ",\"data\":" + request.data().json() + "}";
        return new Purchase(key, NO_ACCOUNT, request.template().value(), json, period, "", Instant.EPOCH);
    }

    /**
     * The purchase of a call that buys nothing, such as a poll (see {@link ProviderLimiter#acquirePoll}). It gets no receipt.
     */
    public static Purchase ofNothing(String token) {
        return new Purchase(
                new ImageKey(Sha256.hex(token)), NO_ACCOUNT, "", "", Duration.ofMinutes(1), "", Instant.EPOCH);
    }

    /** Whether the call buys no image: see {@link #ofNothing}. */
    public boolean isOfNothing() {
        return request.isEmpty();
    }

    /** The same purchase from this account. */
    public Purchase billedTo(String billed) {
        return new Purchase(key, billed, template, request, period, idempotencySuffix, newestSeen);
    }

    /** The same purchase with this end of its idempotency key. */
    public Purchase withIdempotencySuffix(String newSuffix) {
        return new Purchase(key, account, template, request, period, newSuffix, newestSeen);
    }

    /** The same purchase by somebody who has seen an image that was made then. */
    public Purchase havingSeen(Instant newest) {
        return new Purchase(key, account, template, request, period, idempotencySuffix, newest);
    }
}

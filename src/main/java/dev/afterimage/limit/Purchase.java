package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What a call buys.
 *
 * @param key the image's
 * @param account the provider's account that is billed; before departure the one that another call in vain was billed to, if any
 * @param template the template's name, for the operator
 * @param request the request as canonical JSON, so that anybody can go on with a job at the provider
 * @param period so long calls in vain are remembered
 * @param series the name of this purchase at providers that don't bill one name twice; a repetition after an unknown outcome
 *     keeps the first one's
 * @param known when the newest image was made that the caller has seen of this key; the epoch where there is none
 */
public record Purchase(
        ImageKey key, String account, String template, String request, Duration period, String series, Instant known) {

    /** The account of a provider that has one. */
    public static final String DEFAULT_ACCOUNT = "default";

    private static final String NO_ACCOUNT = "";

    /**
     * A purchase of this image from whatever account, by somebody who has seen none of it. Calls in vain are remembered for a
     * quarter less than an image is fresh, as a plan remakes what would not outlast its period and a quarter of it: a row of
     * a catalogue that brought no image one night is tried again the next.
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

    /** A call that takes a place in the window and buys no image, such as a poll; no two of them stand against each other. */
    public static Purchase ofNothing(String token) {
        ImageKey key = new ImageKey(HexFormat.of().formatHex(sha256(token)));
        return new Purchase(key, NO_ACCOUNT, "", "", Duration.ofMinutes(1), "", Instant.EPOCH);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The same purchase from this account. */
    public Purchase billedTo(String billed) {
        return new Purchase(key, billed, template, request, period, series, known);
    }

    /** The same purchase under this name. */
    public Purchase named(String newSeries) {
        return new Purchase(key, account, template, request, period, newSeries, known);
    }

    /** The same purchase by somebody who has seen an image that was made then. */
    public Purchase knowing(Instant newest) {
        return new Purchase(key, account, template, request, period, series, newest);
    }
}

package dev.afterimage.delivery;

import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.Sha256;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Signed request links: whoever has one may have its image made, without any other authorisation. A link is
 * {@code /i/{template}.{format}?d=…[&exp=…]&s=…}: {@code d} is the canonical data and {@code s} the HMAC-SHA256 of all that
 * stands before {@code &s=}, both in base64url without padding (RFC 4648, section 5); {@code exp} is in seconds since 1970.
 * A link may name the id of its secret by {@code k}, which is not signed.
 */
public final class RequestLinks {

    /** Where links begin, below the service's root. */
    public static final String PATH = "/i/";

    /** The latest time, in seconds since 1970, until which a link can be valid: eleven digits, in the year 5138. */
    public static final long LATEST_EXPIRY = 99_999_999_999L;

    private static final Pattern EPOCH_SECONDS = Pattern.compile("[1-9][0-9]{0,10}");

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final Supplier<Secrets> secrets;
    private final Clock clock;

    /**
     * Signs links with the current secret, and honours links that were signed with any of the secrets.
     *
     * @param secrets asked for each link; may throw a {@link SigningKeyUnavailableException}, and may block the first time
     */
    public RequestLinks(Supplier<Secrets> secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * What links are signed with.
     *
     * @param byId the secrets by id; with none of them no link is honoured
     * @param current the id of the secret that signs; empty where nothing can be signed
     */
    public record Secrets(Map<String, byte[]> byId, Optional<String> current) {

        public static final Secrets NONE = new Secrets(Map.of(), Optional.empty());

        public Secrets {
            byId = Map.copyOf(byId);
        }

        private Optional<byte[]> signing() {
            return current.flatMap(this::named);
        }

        private Optional<byte[]> named(String id) {
            return Optional.ofNullable(byId.get(id));
        }
    }

    /** Why a link is not honoured, in words that help its owner. */
    public enum Refusal {
        UNSIGNED("The link needs its data d and its signature s, each once. POST /v1/links makes links."),
        WRONG_SIGNATURE(
                "The signature s does not fit this link: it was made for another one, with a secret that is not, or no"
                        + " longer, accepted here, or the link was changed on its way. POST /v1/links makes links."),
        EXPIRED("The link has expired (exp). POST /v1/links makes a new one.");

        private final String detail;

        Refusal(String detail) {
            this.detail = detail;
        }

        public String detail() {
            return detail;
        }
    }

    /**
     * A link as it was requested, unchecked.
     *
     * @param name the template, a dot and the format
     * @param data {@code d}
     * @param expires {@code exp}
     * @param signature {@code s}
     * @param secretId {@code k}: the id of the secret; all are tried where it is left out
     */
    public record Link(
            String name, String data, Optional<String> expires, String signature, Optional<String> secretId) {

        private String signedText() {
            return RequestLinks.signedText(name, data, expires);
        }

        /** When a verified link ends; empty where it never does. */
        public Optional<Instant> end() {
            return expires.map(Long::parseLong).map(Instant::ofEpochSecond);
        }

        /**
         * What it asks for.
         *
         * @throws InvalidRequestException when template, format or data cannot be read
         */
        public ImageRequest request() {
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                throw new InvalidRequestException(
                        "Name template and format in the path, such as /i/social-card.png.", "template");
            }
            return new ImageRequest(
                    new TemplateId(name.substring(0, dot)),
                    TemplateData.of(decoded(data)),
                    ImageFormat.named(name.substring(dot + 1)));
        }

        private static String decoded(String data) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(data)))
                        .toString();
            } catch (IllegalArgumentException | CharacterCodingException e) {
                throw new InvalidRequestException("Write d as base64url of the data's JSON in UTF-8.", "d");
            }
        }
    }

    /** Whether there is a secret to sign with. */
    public boolean canSign() {
        return secrets.get().signing().isPresent();
    }

    /**
     * The path and query of a link.
     *
     * @param expires rounded down to seconds; empty for a link that is good for as long as its secret is
     * @throws InvalidRequestException when it asks for another variant than the first
     * @throws IllegalStateException when there is no secret; ask {@link #canSign()} first
     */
    public String sign(ImageRequest request, Optional<Instant> expires) {
        if (request.variant() != 0) {
            throw new InvalidRequestException(
                    "Leave variant out: a link leads to variant 0. POST /v1/images makes the others.", "variant");
        }
        String text = signedText(
                request.template().value() + "." + request.format().word(),
                BASE64URL.encodeToString(request.data().json().getBytes(StandardCharsets.UTF_8)),
                expires.map(end -> Long.toString(end.getEpochSecond())));
        byte[] secret = secrets.get().signing().orElseThrow(() -> new IllegalStateException("no secret"));
        return text + "&s=" + signature(secret, text);
    }

    /**
     * Why the link is not honoured now; empty when it is. May block the first time, where the secrets are kept elsewhere.
     *
     * @throws SigningKeyUnavailableException when they cannot be read
     */
    public Optional<Refusal> refusal(Link link) {
        byte[] given = link.signature().getBytes(StandardCharsets.UTF_8);
        boolean signed = false;
        for (byte[] secret : candidates(link)) {
            byte[] right = signature(secret, link.signedText()).getBytes(StandardCharsets.UTF_8);
            signed |= MessageDigest.isEqual(right, given);
        }
        if (!signed) {
            return Optional.of(Refusal.WRONG_SIGNATURE);
        }
        return link.expires().filter(this::hasPassed).map(passed -> Refusal.EXPIRED);
    }

    private Collection<byte[]> candidates(Link link) {
        Secrets known = secrets.get();
        return link.secretId()
                .<Collection<byte[]>>map(id -> known.named(id).stream().toList())
                .orElseGet(() -> known.byId().values());
    }

    private boolean hasPassed(String expires) {
        return !EPOCH_SECONDS.matcher(expires).matches()
                || !clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(expires)));
    }

    /** What the signature of a link signs: all of the link before {@code &s=}. */
    private static String signedText(String name, String data, Optional<String> expires) {
        return PATH + name + "?d=" + data + expires.map(end -> "&exp=" + end).orElse("");
    }

    private static String signature(byte[] secret, String text) {
        return BASE64URL.encodeToString(Sha256.hmac(secret, text));
    }

    /** Derives a secret for links from another secret. Whoever knows the result cannot compute the other secret. */
    public static byte[] derived(byte[] secret) {
        return Sha256.hmac(secret, "afterimage request links");
    }
}

package dev.afterimage.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.afterimage.aws.RefreshedSecret.SecretUnavailableException;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import java.util.function.Supplier;

/** Reads keys from a secret's text. Throws IllegalArgumentException for an invalid text; the message holds nothing of it. */
public final class SecretKeys {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SecretKeys() {}

    /** The provider's API key: the key alone, or {@code {"apiKey":"…"}}, as the AWS console makes it. */
    public static String apiKey(String text) {
        String key = text.strip();
        if (key.startsWith("{")) {
            key = json(key).path("apiKey").asText().strip();
        }
        if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "It must be the provider's API key alone, in visible ASCII, or JSON with apiKey.");
        }
        return key;
    }

    /** The key that URLs are signed with: {@code {"keyPairId":"…","privateKey":"PEM"}}. */
    public static SigningKey signingKey(String text) {
        JsonNode fields = json(text);
        String keyPairId = fields.path("keyPairId").asText();
        String privateKey = fields.path("privateKey").asText();
        if (keyPairId.isEmpty() || privateKey.isEmpty()) {
            throw new IllegalArgumentException(
                    "It must be JSON with keyPairId (the public key's id in CloudFront) and privateKey (PEM).");
        }
        return new SigningKey(keyPairId, PemKeys.readPrivate(privateKey));
    }

    /**
     * The signing keys of a secret that is read by {@link #signingKey}.
     *
     * <p>To rotate the key without breaking a URL, add the new public key to the CloudFront key group (which then has
     * two), write the new secret, wait for {@code afterimage.secrets.refresh} plus twice
     * {@code afterimage.delivery.url-ttl}, and remove the former public key.
     */
    public static Supplier<SigningKey> signingKeys(RefreshedSecret<SigningKey> secret) {
        return () -> {
            try {
                return secret.get();
            } catch (SecretUnavailableException e) {
                throw new SigningKeyUnavailableException("There is no key to sign URLs with. " + e.getMessage(), e);
            }
        };
    }

    /**
     * Reads JSON; a missing node for an invalid text. The parser's exception is left out, because it would quote the
     * text.
     */
    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException quotesTheText) {
            return MissingNode.getInstance();
        }
    }
}

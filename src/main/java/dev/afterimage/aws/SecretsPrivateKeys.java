package dev.afterimage.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.SigningKeyUnavailableException;
import dev.afterimage.delivery.SigningKeys;
import java.util.function.Supplier;

/**
 * The signing key from Secrets Manager: a secret {@code {"keyPairId":"…","privateKey":"PEM"}}.
 *
 * <p>Rotated without a broken URL: add the new public key to the CloudFront key group (two stand there now), write the new
 * secret, wait for {@code afterimage.secrets.refresh} plus twice {@code afterimage.delivery.url-ttl}, and take the former
 * public key out.
 */
public final class SecretsPrivateKeys implements SigningKeys {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<SigningKey> secret;

    /**
     * @param secret read by {@link #read}
     */
    public SecretsPrivateKeys(RefreshedSecret<SigningKey> secret) {
        this.secret = secret;
    }

    @Override
    public SigningKey current() {
        try {
            return secret.get();
        } catch (SecretUnavailableException e) {
            throw new SigningKeyUnavailableException("There is no key to sign URLs with. " + e.getMessage(), e);
        }
    }

    /**
     * Reads the secret's text.
     *
     * @throws IllegalArgumentException when it is something else; the message holds nothing of it
     */
    public static SigningKey read(String text) {
        JsonNode fields = tree(text);
        String keyPairId = fields.path("keyPairId").asText();
        String privateKey = fields.path("privateKey").asText();
        if (keyPairId.isEmpty() || privateKey.isEmpty()) {
            throw notThatForm();
        }
        return new SigningKey(keyPairId, PemKeys.readPrivate(privateKey));
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException quotesTheText) {
            throw notThatForm();
        }
    }

    private static IllegalArgumentException notThatForm() {
        return new IllegalArgumentException(
                "It must be JSON with keyPairId (the public key's id in CloudFront) and privateKey (PEM).");
    }
}

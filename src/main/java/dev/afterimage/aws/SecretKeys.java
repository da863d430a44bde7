package dev.afterimage.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.delivery.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads keys from the text of a secret. Throws an {@link IllegalArgumentException} for an invalid text, whose message
 * holds nothing of the text.
 */
public final class SecretKeys {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CURRENT = "current";

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

    /**
     * The key that URLs are signed with: {@code {"keyPairId":"…","privateKey":"PEM"}}.
     *
     * <p>To rotate the key without breaking a URL, add the new public key to the CloudFront key group (which then has
     * two), write the new secret, wait for {@code afterimage.secrets.refresh} plus twice
     * {@code afterimage.delivery.url-ttl}, and remove the former public key.
     */
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
     * The secrets that request links are signed with: {@code {"current":"b","a":"…","b":"…"}}. Rotate in two steps,
     * {@code afterimage.secrets.refresh} apart, so that no process signs with a secret that another does not know yet: add
     * the new secret, then let {@code current} name it.
     */
    public static RequestLinks.Secrets linkSecrets(String text) {
        JsonNode members = json(text);
        Map<String, byte[]> byId = new HashMap<>();
        members.properties().forEach(member -> {
            if (!member.getKey().equals(CURRENT)) {
                byId.put(member.getKey(), member.getValue().asText().getBytes(StandardCharsets.UTF_8));
            }
        });
        String current = members.path(CURRENT).asText();
        if (!byId.containsKey(current)
                || byId.values().stream().anyMatch(secret -> secret.length < LinkConfig.SHORTEST_SECRET)) {
            throw new IllegalArgumentException("It must be JSON in which current names one of the other members, each "
                    + LinkConfig.SHORTEST_SECRET + " or more bytes of text.");
        }
        return new RequestLinks.Secrets(byId, Optional.of(current));
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

package dev.afterimage.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The provider's API key as a secret holds it: the key alone, or {@code {"apiKey":"…"}}, as the AWS console makes it. */
public final class SecretApiKey {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SecretApiKey() {}

    /**
     * Reads the secret's text.
     *
     * @throws IllegalArgumentException when there is no key in it; the message holds nothing of it
     */
    public static String read(String text) {
        String key = text.strip();
        if (key.startsWith("{")) {
            key = field(key);
        }
        if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "It must be the provider's API key alone, in visible ASCII, or JSON with apiKey.");
        }
        return key;
    }

    private static String field(String json) {
        try {
            return JSON.readTree(json).path("apiKey").asText().strip();
        } catch (JsonProcessingException quotesTheText) {
            return "";
        }
    }
}

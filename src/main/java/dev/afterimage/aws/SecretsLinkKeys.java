package dev.afterimage.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The secrets that request links are signed with, from Secrets Manager: {@code {"current":"b","a":"…","b":"…"}}. Rotate
 * in two steps, {@code afterimage.secrets.refresh} apart, so that no process signs with a secret that another does not
 * know yet: add the new secret, then let {@code current} name it.
 */
public final class SecretsLinkKeys implements Supplier<RequestLinks.Secrets> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CURRENT = "current";

    private final Supplier<RequestLinks.Secrets> secret;

    /**
     * The secrets of links.
     *
     * @param secret a secret that {@link #read} reads
     */
    public SecretsLinkKeys(RefreshedSecret<RequestLinks.Secrets> secret) {
        this.secret = secret;
    }

    @Override
    public RequestLinks.Secrets get() {
        try {
            return secret.get();
        } catch (RefreshedSecret.SecretUnavailableException e) {
            throw new SigningKeyUnavailableException("There is no secret to sign links with. " + e.getMessage(), e);
        }
    }

    /**
     * Reads the secret's text.
     *
     * @throws IllegalArgumentException when the text is invalid; the message holds nothing of it
     */
    public static RequestLinks.Secrets read(String text) {
        Map<String, byte[]> byId = new HashMap<>();
        JsonNode members = tree(text);
        members.properties().forEach(member -> {
            if (!member.getKey().equals(CURRENT)) {
                byId.put(member.getKey(), member.getValue().asText().getBytes(StandardCharsets.UTF_8));
            }
        });
        String current = members.path(CURRENT).asText();
        if (!byId.containsKey(current)
                || byId.values().stream().anyMatch(secret -> secret.length < LinkConfig.SHORTEST_SECRET)) {
            throw notThatForm();
        }
        return new RequestLinks.Secrets(byId, Optional.of(current));
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException quotesTheText) {
            throw notThatForm();
        }
    }

    private static IllegalArgumentException notThatForm() {
        return new IllegalArgumentException("It must be JSON in which current names one of the other members, each "
                + LinkConfig.SHORTEST_SECRET + " or more bytes of text.");
    }
}

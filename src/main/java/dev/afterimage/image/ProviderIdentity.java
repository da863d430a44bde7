package dev.afterimage.image;

import java.util.Optional;

/**
 * Which API makes the images. It is part of every key, because another API, or the same one at another address, makes other
 * images of the same template and data.
 *
 * <p>For an API that is called over the network it holds a digest of the described request: method, URL and body, with
 * their placeholders still in them. Headers, errors, waits and limits are left out, because they don't change an image:
 * a new API key or a corrected wait must not make everything be bought again.
 *
 * @param name the provider's kind, such as {@code json}
 * @param digest SHA-256, in hexadecimal, of {@code {"body":…,"method":…,"url":…}} in RFC 8785 canonical form; empty for a
 *     renderer that is part of this service
 */
public record ProviderIdentity(String name, Optional<String> digest) {

    /** The identity of a renderer that is part of this service. */
    public static ProviderIdentity builtIn(String name) {
        return new ProviderIdentity(name, Optional.empty());
    }

    /**
     * The identity of an API that is called.
     *
     * @param method such as {@code POST}
     * @param url with placeholders, such as {@code https://api.example.com/{template}}
     * @param body what is sent, as JSON in any spelling, with placeholders, such as {@code {"fields":"{data}"}}
     * @throws InvalidRequestException when the body is no JSON
     */
    public static ProviderIdentity described(String name, String method, String url, String body) {
        String description = TemplateData.of("{\"body\":" + body
                        + ",\"method\":" + CanonicalString.quote(method)
                        + ",\"url\":" + CanonicalString.quote(url) + "}")
                .json();
        return new ProviderIdentity(name, Optional.of(Sha256.hex(description)));
    }

    /** As it stands in a key, such as {@code demo} or {@code json:3fa9…}. */
    public String value() {
        return digest.map(hex -> name + ":" + hex).orElse(name);
    }
}

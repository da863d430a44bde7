package dev.afterimage.provider;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Port: the provider's API key. Asked before each call, because a key may be kept elsewhere, and rotated while the
 * service runs.
 */
@FunctionalInterface
public interface ApiKeys {

    /**
     * The key; empty when none is set. May block at first use.
     *
     * @throws dev.afterimage.generation.GenerationException.KeyUnavailableException when it is kept elsewhere and cannot be read now
     */
    Optional<ApiKey> current();

    /**
     * The configured key, for as long as the process lives.
     *
     * @throws IllegalArgumentException when no HTTP header may carry it
     */
    static ApiKeys configured(ApiSettings settings) {
        Optional<ApiKey> key = ApiKey.of(settings);
        return () -> key;
    }

    /** The provider's API key, fit for a header; its text is never shown. */
    public record ApiKey(String value) {

        private static final Pattern VISIBLE_ASCII = Pattern.compile("[\\x21-\\x7e]+");

        public ApiKey {
            if (!VISIBLE_ASCII.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "The provider's API key (.api-key of afterimage.provider, of afterimage.providers.\"…\" or of an"
                                + " account) holds characters that no HTTP header may carry; copy it anew.");
            }
        }

        /** The configured key without the white space that copying leaves around it; empty when none is set. */
        static Optional<ApiKey> of(ApiSettings settings) {
            return settings.apiKey()
                    .map(String::strip)
                    .filter(key -> !key.isEmpty())
                    .map(ApiKey::new);
        }

        @Override
        public String toString() {
            return "ApiKey[hidden]";
        }
    }
}

package dev.afterimage.provider;

import java.util.Optional;
import java.util.regex.Pattern;

/** The provider's API key, fit for a header; its text is never shown. */
public record ApiKey(String value) {

    private static final Pattern VISIBLE_ASCII = Pattern.compile("[\\x21-\\x7e]+");

    public ApiKey {
        if (!VISIBLE_ASCII.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "afterimage.provider.api-key holds characters that no HTTP header may carry; copy it anew.");
        }
    }

    /** The configured key without the white space that copying leaves around it; empty when none is set. */
    static Optional<ApiKey> of(ProviderConfig config) {
        return config.apiKey().map(String::strip).filter(key -> !key.isEmpty()).map(ApiKey::new);
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}

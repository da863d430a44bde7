package dev.afterimage.provider;

import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One account of an image API. */
public interface AccountConfig {

    /** Its API key; never logged. */
    @WithName("api-key")
    Optional<String> apiKey();

    /** Instead of the key: the Secrets Manager secret that holds it. */
    @WithName("api-key-secret")
    Optional<String> apiKeySecret();

    /** The account's name or id, for APIs that want it beside the key. */
    Optional<String> user();

    /** Its calls in any window of {@link #rateWindow()}. */
    OptionalInt rate();

    /** The length of its window. */
    @WithName("rate-window")
    Optional<Duration> rateWindow();

    /** Its calls in flight at once. */
    OptionalInt concurrency();

    /** Its budget a calendar month (UTC), in the provider's own unit. */
    @WithName("monthly-credits")
    OptionalLong monthlyCredits();
}

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

    /** In place of the key: the name or ARN of the Secrets Manager secret that holds it. */
    @WithName("api-key-secret")
    Optional<String> apiKeySecret();

    /** The account's name or id, for APIs that need it besides the key; where an account leaves it out, its provider's. */
    Optional<String> user();

    /** Its calls in any window of {@link #rateWindow()}, at least 1; where an account leaves it out, its provider's. */
    OptionalInt rate();

    /** The length of its window; where an account leaves it out, its provider's. */
    @WithName("rate-window")
    Optional<Duration> rateWindow();

    /** Its calls in flight at once, at least 1; where an account leaves it out, its provider's. */
    OptionalInt concurrency();

    /** What its images may cost in a calendar month (UTC), in the provider's own unit; where an account leaves it out, its provider's. */
    @WithName("monthly-credits")
    OptionalLong monthlyCredits();
}

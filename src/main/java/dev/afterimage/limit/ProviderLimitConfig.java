package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The provider's limits, which hold for the whole fleet: take them from your plan at the provider. Where the provider's
 * description names a value, that is the default.
 */
@ConfigMapping(prefix = "afterimage.provider")
public interface ProviderLimitConfig {

    /** Calls in any window of {@link #rateWindow()}, by all instances together; at least 1. */
    @WithDefault("10")
    int rate();

    /** The length of the provider's window, such as {@code 1m} for a plan of so many calls a minute. */
    @WithDefault("1s")
    Duration rateWindow();

    /** Calls in flight at once, by all instances together, at least 1; no limit where left out. */
    OptionalInt concurrency();

    /**
     * The share of rate and concurrency that catalogues, batches and refreshes may use, above 0 and at most 1; the rest
     * is kept free for requests that somebody waits for.
     */
    @WithDefault("0.8")
    double bulkShare();

    /** What images may cost in a calendar month (UTC), in the provider's own unit, 0 or more; no limit where left out. */
    OptionalLong monthlyCredits();

    /** The price of one credit, such as {@code 0.04}; 0 or more. Where it is set, a dry run says the cost in money, too. */
    Optional<BigDecimal> creditPrice();

    /** The currency of {@link #creditPrice()}. */
    @WithDefault("USD")
    String currency();
}

package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the provider allows the whole fleet; take it from the provider's plan. A value that the provider's description holds
 * takes the place of the default.
 */
@ConfigMapping(prefix = "afterimage.provider")
public interface ProviderLimitConfig {

    /** Calls in any window of {@link #rateWindow()}, over all instances. */
    @WithDefault("10")
    int rate();

    /** The length of the provider's window, such as {@code 1m} for a plan of so many calls a minute. */
    @WithName("rate-window")
    @WithDefault("1s")
    Duration rateWindow();

    /** Calls in flight at once, over all instances; left out, as many as the rate brings. */
    OptionalInt concurrency();

    /** The share of rate and concurrency that pre-generation may use; the rest waits for people. */
    @WithName("bulk-share")
    @WithDefault("0.8")
    double bulkShare();

    /** What images may cost a calendar month (UTC), in the provider's own unit; left out, no budget is kept. */
    @WithName("monthly-credits")
    OptionalLong monthlyCredits();

    /** What one credit costs, such as {@code 0.04}; a dry run then says the cost in money, too. */
    @WithName("credit-price")
    Optional<BigDecimal> creditPrice();

    /** The currency of {@link #creditPrice()}. */
    @WithDefault("USD")
    String currency();
}

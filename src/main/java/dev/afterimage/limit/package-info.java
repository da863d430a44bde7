/**
 * What may be asked of the provider, and when. Before each call a {@link dev.afterimage.limit.Permit} is taken from the
 * fleet's one {@link dev.afterimage.limit.ProviderLimiter}; the {@link dev.afterimage.limit.CreditBudget} counts the month's
 * money, the {@link dev.afterimage.limit.CallerQuota} a caller's share of it. Ports here, back ends in {@code redis} and
 * memory.
 */
@NullMarked
package dev.afterimage.limit;

import org.jspecify.annotations.NullMarked;

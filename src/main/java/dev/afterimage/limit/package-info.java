/**
 * The limits on calls to the provider. Before each call a {@link dev.afterimage.limit.Permit} is taken from the fleet's
 * one {@link dev.afterimage.limit.ProviderLimiter}, which also writes the call's
 * {@link dev.afterimage.limit.Receipt}. The {@link dev.afterimage.limit.CreditBudget} counts what a month's calls cost,
 * and the {@link dev.afterimage.limit.CallerQuota} how many requests each caller has made in an hour. The ports are here,
 * and so are the implementations in memory; those for a fleet are in {@code redis}.
 */
@NullMarked
package dev.afterimage.limit;

import org.jspecify.annotations.NullMarked;

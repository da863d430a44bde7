/**
 * SmallRye Fault Tolerance's strategies, as beans around a piece of work. Each annotation here may be overridden by
 * configuration ({@code quarkus.fault-tolerance."dev.afterimage.generation.guard.RetryGuard/call".retry.max-retries=2} and
 * its like). They nest as Retry(CircuitBreaker(… Timeout(Bulkhead(call)))), and within the call RateLimit guards the moment at
 * which it leaves. What lies at the dots, the month's credits and the fleet's permit, is the reason why this is not one bean.
 */
@NullMarked
package dev.afterimage.generation.guard;

import org.jspecify.annotations.NullMarked;

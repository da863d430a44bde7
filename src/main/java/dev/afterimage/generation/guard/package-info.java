/**
 * SmallRye Fault Tolerance's strategies, as beans around a piece of work. Each annotation here may be overridden by
 * configuration ({@code quarkus.fault-tolerance."dev.afterimage.generation.guard.RetryGuard/call".retry.max-retries=2} and
 * its like). Together they nest as Retry(CircuitBreaker(… RateLimit(Timeout(Bulkhead(call))))); what lies at the dots, the
 * month's credits and the fleet's permit, is the reason why they are three beans and not one.
 */
@NullMarked
package dev.afterimage.generation.guard;

import org.jspecify.annotations.NullMarked;

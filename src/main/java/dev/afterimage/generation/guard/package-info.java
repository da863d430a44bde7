/**
 * SmallRye Fault Tolerance's strategies, as beans that run a piece of work. Each image API has a circuit breaker of its
 * own; the other strategies are shared. Each annotation can be overridden by configuration
 * ({@code quarkus.fault-tolerance."dev.afterimage.generation.guard.RetryGuard/call".retry.max-retries=2} and its like).
 * They nest as Retry(CircuitBreaker(permit(credits(Timeout(Bulkhead(call)))))), and RateLimit guards the moment at which
 * the call leaves. They are separate beans because permit and credits are between them.
 */
@NullMarked
package dev.afterimage.generation.guard;

import org.jspecify.annotations.NullMarked;

package dev.afterimage.limit;

import java.time.Duration;

/**
 * What the operator sees of the limiter.
 *
 * @param coolDownLeft zero when the provider did not ask for a pause
 * @param inFlight calls in flight that the limiter knows of; 0 when the provider names no such limit
 */
public record LimiterStatus(Duration coolDownLeft, int inFlight) {}

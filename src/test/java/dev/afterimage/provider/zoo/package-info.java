/**
 * Doubles of image APIs that behave as their public documentation says, in simulated time: exact windows and calls in flight,
 * what counts as a call, bans, jobs, URLs that expire, failures. {@code ZooTest} holds every description against its double.
 */
@NullMarked
package dev.afterimage.provider.zoo;

import org.jspecify.annotations.NullMarked;

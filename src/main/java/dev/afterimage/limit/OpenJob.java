package dev.afterimage.limit;

import java.time.Instant;

/**
 * A job at the provider that nobody waits for. Goes with the message of the queue that will ask for it, so that it is found
 * again even if the fleet's memory, which has all of this in the job's receipt, is lost.
 *
 * @param token of the call that opened it, or of who asked for it last
 * @param departed when that call left, on the limiter's clock
 * @param account with whose key it was opened
 * @param series the name of the purchase
 * @param ticket how it is found at the provider
 */
public record OpenJob(String token, Instant departed, String account, String series, String ticket) {}

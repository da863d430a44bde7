package dev.afterimage.limit;

import java.time.Instant;

/**
 * A job at the provider that no process waits for. The queue message that will ask for it carries this, so that the job is
 * found even if the fleet's memory, which has the same in the job's receipt, is lost.
 *
 * @param token the receipt's token: that of the call that opened the job, or of the last process that went on with it
 * @param departed when that call left, by the limiter's clock
 * @param account the account whose key opened it
 * @param series the name of the purchase
 * @param ticket what finds the job at the provider
 */
public record OpenJob(String token, Instant departed, String account, String series, String ticket) {}

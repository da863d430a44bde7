package dev.afterimage.metrics;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of the service. Counters and latencies are this process's own, since {@code since}; queue, credits and
 * cool-down are the fleet's. A value is null when it is not known: nothing was counted yet, no such limit is set, or
 * Redis or the queue cannot be reached now.
 *
 * @param since when this process started
 * @param countedBy what the counters and latencies belong to: always {@link #COUNTED_BY}
 * @param hitRatio requests answered without a generation (hits and stale ones) among all that got an image, 0 to 1
 * @param requests requests that somebody waited for, by how they ended; jobs are not among them
 * @param providerCalls calls that left for the provider
 * @param provider429s of these, those that it answered with 429
 * @param provider5xxs of these, those that it answered with 5xx
 * @param providerP50Millis half of the provider's answers of the last minutes took at most this long
 * @param providerP95Millis 95 % of the same took at most this long
 * @param queueDepth jobs that have not ended: waiting, delayed or claimed
 * @param queueOldestAgeSeconds how long the oldest of them has waited; null also where the queue cannot tell, as SQS
 * @param creditsUsed credits spent this calendar month (UTC)
 * @param creditsLeft credits left this calendar month; null when no budget is set
 * @param permits permits that this process asked the limiter for
 * @param inFlight calls at the provider that the limiter knows of now; 0 also when no such limit is set
 * @param deadLetters jobs on the dead-letter queue
 * @param coolDownUntil until when every account pauses because the provider asked for it; null while one does not
 * @param lanes the lanes of calls to the provider, interactive first, of each account
 * @param accounts the provider's accounts by name; a provider with one key has the account {@code default}
 */
public record Stats(
        Instant since,
        String countedBy,
        @Nullable Double hitRatio,
        Requests requests,
        long providerCalls,
        long provider429s,
        long provider5xxs,
        @Nullable Long providerP50Millis,
        @Nullable Long providerP95Millis,
        @Nullable Long queueDepth,
        @Nullable Long queueOldestAgeSeconds,
        @Nullable Long creditsUsed,
        @Nullable Long creditsLeft,
        Permits permits,
        @Nullable Integer inFlight,
        @Nullable Long deadLetters,
        @Nullable Instant coolDownUntil,
        @Nullable List<Lane> lanes,
        @Nullable List<Account> accounts) {

    /** The process and not the fleet: another process answers with other numbers. */
    public static final String COUNTED_BY = "process";

    /**
     * One lane of calls to the provider.
     *
     * @param account the provider's account
     * @param lane interactive or bulk
     * @param state open or stopped
     * @param reason why it is stopped, such as access-refused
     * @param since when it was stopped
     */
    public record Lane(
            String account,
            String lane,
            String state,
            @Nullable String reason,
            @Nullable Instant since) {}

    /**
     * One account of the provider.
     *
     * @param inFlight as in {@link Stats}
     * @param creditsUsed spent this calendar month (UTC)
     * @param creditsLeft null when it has no budget
     * @param coolDownUntil null when it does not pause
     */
    public record Account(
            String name,
            int inFlight,
            @Nullable Long creditsUsed,
            @Nullable Long creditsLeft,
            @Nullable Instant coolDownUntil) {}

    /**
     * Requests for permits by the limiter's answer. After a denial this process or the caller asks again.
     *
     * @param lapsed each time a call with a granted permit could not depart: its holder came too late, no slot was free
     *     yet, or a cool-down began
     * @param refused those that a receipt of the same key forbade
     */
    public record Permits(long granted, long denied, long lapsed, long refused) {}

    /**
     * Requests that somebody waited for, by how they ended, in the words of {@link dev.afterimage.pipeline.ImageOutcome}.
     *
     * @param failed those that ended without an image and without a promise of one
     */
    public record Requests(long hit, long stale, long stored, long collapsed, long pending, long failed) {

        /** Answered without a generation among all that got an image; null before the first. */
        public @Nullable Double hitRatio() {
            long images = hit + stale + stored + collapsed;
            return images == 0 ? null : (double) (hit + stale) / images;
        }
    }
}

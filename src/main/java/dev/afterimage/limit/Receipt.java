package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the fleet knows of the calls for one key. It is written when a call departs and stands until it is known how the
 * call ended; while it stands, nobody else buys that key, whether its holder lives, hangs, is frozen or was killed.
 *
 * @param state what is known; see {@link State}
 * @param token the token of the call's permit, known only to its holder; empty unless the receipt is open
 * @param departed when the last call left
 * @param until when that call must have ended, with or without an image
 * @param account the provider's account
 * @param template the template's name
 * @param request the request as canonical JSON; empty once the key's calls have ended for good, because only a job that
 *     may still run is resumed
 * @param ticket what finds the call's job at the provider; empty where it has none
 * @param idempotencySuffix the end of the idempotency key, after the image's key. A purchase after an unknown outcome has the
 *     suffix of the purchase before, so that the provider bills the two only once
 * @param purchases calls that may have been billed since there was an image; an open call counts
 * @param from the earliest time of the next purchase
 * @param detail why the last call brought no image; empty while it is not known
 */
public record Receipt(
        ImageKey key,
        State state,
        String token,
        Instant departed,
        Instant until,
        String account,
        String template,
        String request,
        String ticket,
        String idempotencySuffix,
        int purchases,
        Instant from,
        String detail) {

    /** What is known of the calls for a key. */
    public enum State {
        /** A call is under way, or its holder is gone; after {@link #until()} its end is unknown. */
        OPEN,
        /** Nobody knows how the last call ended; it may have been billed. */
        UNKNOWN,
        /** The last call was answered and billed, and the answer is no image. */
        UNUSABLE,
        /** The provider refused the request for good; not billed. */
        REJECTED,
        /**
         * The image is stored. Kept for 3 minutes, so that a call that got its permit before does not buy the image
         * again.
         */
        IMAGE,
        /** The image was deleted. Kept so that a call that left before does not bring it back. */
        DELETED
    }

    public Receipt {
        request = switch (state) {
            case OPEN, UNKNOWN, UNUSABLE -> request;
            case REJECTED, IMAGE, DELETED -> "";
        };
    }

    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final int MOST_DOUBLINGS = 10;

    /** The receipt of a call that departs now. */
    static Receipt opened(Purchase purchase, String token, Instant departed, Instant until, int purchases) {
        return of(purchase, State.OPEN, token, departed, until, purchases, until);
    }

    /** The receipt of a call whose image is stored. */
    static Receipt ofImage(Purchase purchase, Instant departed, Instant until, Instant from) {
        return of(purchase, State.IMAGE, "", departed, until, 0, from);
    }

    /** A receipt that only notes a DELETE, for calls that left before it. */
    static Receipt ofDelete(ImageKey key, Instant deleted) {
        Purchase none = new Purchase(key, Purchase.DEFAULT_ACCOUNT, "", "", Duration.ZERO, "", Instant.EPOCH);
        return of(none, State.DELETED, "", deleted, deleted, 0, deleted);
    }

    /** A receipt without a ticket and without a detail. */
    private static Receipt of(
            Purchase purchase,
            State state,
            String token,
            Instant departed,
            Instant until,
            int purchases,
            Instant from) {
        return new Receipt(
                purchase.key(),
                state,
                token,
                departed,
                until,
                purchase.account(),
                purchase.template(),
                purchase.request(),
                "",
                purchase.idempotencySuffix(),
                purchases,
                from,
                "");
    }

    /**
     * The pause after {@code purchases} calls that brought no image: none after the first, then 1 min, doubled up to an
     * hour.
     */
    static Duration pauseAfter(int purchases) {
        if (purchases < 2) {
            return Duration.ZERO;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(purchases - 2, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /**
     * This receipt after the end of its call, in another state and without a token. Only a job whose end nobody knows can be
     * resumed, so other states have no ticket.
     */
    Receipt ended(State newState, int newPurchases, Instant newFrom, String newDetail) {
        String keptTicket = newState == State.UNKNOWN ? ticket : "";
        return with(newState, "", until, keptTicket, idempotencySuffix, newPurchases, newFrom, newDetail);
    }

    /** This receipt, open until {@code newUntil} and held by this token. */
    Receipt open(String holder, Instant newUntil) {
        return with(State.OPEN, holder, newUntil, ticket, idempotencySuffix, purchases, newUntil, detail);
    }

    /** This receipt with another count of purchases. */
    Receipt counting(int newPurchases, Instant newFrom, String newSuffix) {
        return with(state, token, until, ticket, newSuffix, newPurchases, newFrom, detail);
    }

    Receipt withTicket(String newTicket) {
        return with(state, token, until, newTicket, idempotencySuffix, purchases, from, detail);
    }

    /** This receipt with these values in place of its own. */
    private Receipt with(
            State state,
            String token,
            Instant until,
            String ticket,
            String idempotencySuffix,
            int purchases,
            Instant from,
            String detail) {
        return new Receipt(
                key,
                state,
                token,
                departed,
                until,
                account,
                template,
                request,
                ticket,
                idempotencySuffix,
                purchases,
                from,
                detail);
    }

    /**
     * The state as an operator sees it: {@code open} while its call may run, {@code unknown} when calls brought no
     * image; empty for a receipt that is not listed.
     */
    public Optional<String> listedAs(Instant now) {
        return switch (state) {
            case OPEN -> Optional.of(now.isBefore(until) ? "open" : "unknown");
            case UNKNOWN, UNUSABLE -> Optional.of("unknown");
            case REJECTED, IMAGE, DELETED -> Optional.empty();
        };
    }
}

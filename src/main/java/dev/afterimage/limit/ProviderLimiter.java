package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Port: the one limiter of the whole fleet. It never waits: it answers when a call may start, and the caller waits. Every
 * operation fails with a {@link FleetUnavailableException} while the fleet's memory cannot be reached.
 *
 * <h2>The window</h2>
 *
 * The limiter owns as many <em>slots</em> as the provider allows calls in a window. A slot serves one call at a time
 * and is free again one {@linkplain Limits#slotTime() slot time} after that call left. Any two calls of one slot are
 * therefore more than a window apart, so any window holds at most one call of each slot, and never more calls than
 * there are slots. That holds for every sliding window, whatever the order in which slots are used.
 *
 * <p>{@link #acquire} plans the call for the moment when a slot will be free for it, behind the calls planned before,
 * and says when that is. {@link #depart} is called right before the request is written. Only then is a slot taken, the
 * one that is free first, for the true time of departure. Therefore a slow connection cannot push two calls together, a
 * holder that departs late, or not at all, takes no slot from others, and a wrong plan cannot break the limit.
 *
 * <h2>Calls in flight</h2>
 *
 * A place in flight is held from {@link #acquire} until the call is {@linkplain Receipts#settle settled} or
 * {@linkplain #release released}. The place of a holder that died is free again when its permit lapses, or
 * {@link Limits#longestCall()} after departure. Where the provider limits the calls in flight, no call is planned further
 * ahead than {@link Limits#lead()}, so that a place is not held for long by a call that still waits for its slot.
 *
 * <h2>The bulk lane</h2>
 *
 * Bulk calls must also pass a second, smaller window and a second, smaller number of places; the rest of both is kept
 * for the interactive lane. They are planned at most {@link Limits#lead()} ahead, so that a person who comes while a
 * catalogue is being generated waits for a few of its calls, never for thousands. When interactive calls alone fill the
 * window, the bulk lane waits until there are fewer.
 *
 * <h2>Accounts</h2>
 *
 * Each account has a window, places, a bulk lane, a cool-down and stops of its own. A provider without further accounts
 * has the one account {@code default}.
 */
public interface ProviderLimiter {

    /**
     * Plans a call of this lane, if it can start within {@code patience}. In the interactive lane the call's answer must
     * also be expected within {@code patience}. Of several accounts the one with the earliest start is taken; among equal
     * ones an account whose stop is due for a {@linkplain LaneStop probe}, else the first.
     *
     * @param accounts those that may be billed, at least one
     * @param patience the time until the caller's deadline; zero means now or not at all
     */
    Permit acquire(List<String> accounts, Lane lane, Duration patience);

    /**
     * Plans a call that buys nothing, such as a poll for a job that is paid for, if it can start within
     * {@code patience}. It takes a slot of its lane's window and waits for cool-downs. It holds no place in flight, is
     * not refused by a stop of its lane, is no probe of one, and its answer need not be expected within the patience.
     *
     * <p>It departs with {@link Purchase#ofNothing}. That writes no receipt, so the call needs no settling.
     *
     * @param patience zero means now or not at all
     * @return granted or denied
     */
    Permit acquirePoll(String account, Lane lane, Duration patience);

    /**
     * To be called right before the request is written. Stamps the time of departure and writes the call's receipt,
     * unless one stands against it.
     *
     * <p>A call that would leave later than {@link Limits#JITTER} after its stamp, because its thread was held up, would
     * come too close to the next call of its slot. It must not leave, but {@linkplain #redepart depart again}.
     *
     * @param permit an acquired permit that has not departed
     * @param purchase what the call buys
     * @return departed when the call may leave, at once or shortly ({@link Limits#lead()} at most) when the holder came a
     *     little early; refused when a receipt stands against it; denied for the {@linkplain Permit.Reason#RATE rate}
     *     when no slot is free within the lead, and then the same permit may depart after the wait; denied for another
     *     reason when a cool-down began meanwhile or the permit has lapsed, and then another permit must be acquired
     */
    Permit depart(Permit.Granted permit, Purchase purchase);

    /** As {@link #depart}, for a call that was stamped and did not leave in time: it is stamped again. */
    Permit redepart(Permit.Departed call);

    /**
     * To be called when a call has just left, too late after its stamp: its slot is counted from now, so that the slot's
     * next call keeps its distance.
     */
    void restamp(Permit.Departed call);

    /** Gives back the planned start and the place in flight of a call that will not be made. */
    void release(Permit.Granted permit);

    /** Pauses the account in the whole fleet for {@code wait} from now; of two pauses the one that ends later counts. */
    void coolDown(String account, Duration wait);

    /**
     * Lowers the account's limit for one window from now to {@code calls} in a {@code window}, because an answer of the
     * provider stated that limit. Does nothing where that is not below the configured limit. While the limit is
     * lowered, only an equal or lower one replaces it.
     *
     * @param calls at least 1
     * @param window the length of the window in which the provider allows those calls
     * @return whether the stated limit is below the configured one
     */
    boolean lower(String account, int calls, Duration window);

    /**
     * Stops the account's lanes that the reason concerns until a {@linkplain LaneStop probe} ends the stop. Does nothing
     * where they are stopped for this reason already.
     */
    void stop(String account, LaneStop.Reason reason);

    LimiterStatus status();

    /**
     * A snapshot of the limiter's state.
     *
     * @param accounts at least one, by name
     */
    record LimiterStatus(List<Account> accounts) {

        /**
         * The state of one account.
         *
         * @param coolDownLeft how much longer the account pauses, because the provider asked for it; zero when it does
         *     not pause
         * @param inFlight places in flight that are taken now; always 0 where calls in flight are not limited
         * @param stops the lanes' stops; empty when there is none
         */
        public record Account(String name, Duration coolDownLeft, int inFlight, List<LaneStop> stops) {

            public Account {
                stops = List.copyOf(stops);
            }
        }

        public LimiterStatus {
            accounts = List.copyOf(accounts);
        }

        /** The time until the first account may make calls again; zero when one may. */
        public Duration coolDownLeft() {
            return accounts.stream()
                    .map(Account::coolDownLeft)
                    .min(Duration::compareTo)
                    .orElse(Duration.ZERO);
        }

        /** Places in flight that are taken now, of all accounts together. */
        public int inFlight() {
            return accounts.stream().mapToInt(Account::inFlight).sum();
        }
    }

    /**
     * The state of lanes in which no calls are made, because the next one would fail in the same way. It ends when a call,
     * the probe, shows that the provider answers well again.
     *
     * @param since when the stop began
     */
    record LaneStop(Reason reason, Instant since) {

        /** Why lanes are stopped, which ones, and how often a probe is sent. */
        public enum Reason {
            /** The provider refuses the operator's key. Both lanes; probed once a minute, and by the first call of a process. */
            ACCESS_REFUSED(Duration.ofMinutes(1), true),
            /**
             * The account at the provider is empty. Both lanes; probed every 15 minutes, whatever day the provider named,
             * because somebody may buy credits at any time.
             */
            OUT_OF_CREDITS(Duration.ofMinutes(15), true),
            /** Too many answers in a row were billed and are no image. The bulk lane only; probed every 15 minutes. */
            UNUSABLE_ANSWERS(Duration.ofMinutes(15), false);

            private final Duration probedEvery;
            private final boolean bothLanes;

            Reason(Duration probedEvery, boolean bothLanes) {
                this.probedEvery = probedEvery;
                this.bothLanes = bothLanes;
            }

            public Duration probedEvery() {
                return probedEvery;
            }

            public boolean concerns(Lane lane) {
                return bothLanes || lane == Lane.BULK;
            }
        }
    }
}

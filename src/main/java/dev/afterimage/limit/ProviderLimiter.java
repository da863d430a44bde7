package dev.afterimage.limit;

import java.time.Duration;
import java.util.List;

/**
 * Port: the one limiter of the whole fleet. It never waits; it answers at once, and the caller does the waiting.
 *
 * <h2>The window</h2>
 *
 * The limiter owns as many <em>slots</em> as the provider allows calls in a window. A slot serves one call at a time and
 * is free again one {@linkplain Limits#slotTime() slot time} after that call left. Any two calls of one slot are therefore
 * more than a window apart, so any window holds at most one call of each slot: never more calls than slots. That holds for
 * every sliding window, whatever the order in which slots are used.
 *
 * <p>{@link #acquire} plans the call for the moment when a slot will be free for it, behind the calls planned before, and
 * says when that is. {@link #depart} is called right before the request is written. Only there a slot is taken, the one
 * that is free first, for the true time of departure: a slow connection set-up cannot push two calls together, a holder who
 * comes late or never takes nobody's slot, and the plan may be wrong without the limit being broken.
 *
 * <h2>Calls in flight</h2>
 *
 * A place in flight is held from {@link #acquire} until the call is {@linkplain Receipts#settle settled} or
 * {@linkplain #release released}; a dead holder's place comes back after {@link Limits#longestCall()}. Where the provider limits the calls in flight, no call is planned further ahead than
 * {@link Limits#lead()}, so that no place stands idle while its holder waits for a slot.
 *
 * <h2>The bulk lane</h2>
 *
 * It passes a second, smaller window and a second, smaller count of places, which keeps the rest of both for the
 * interactive lane. Its calls are planned at most {@link Limits#lead()} ahead, so that a person who comes while a catalogue
 * is being generated stands behind a few of its calls, never behind thousands. When people alone fill the window, the bulk
 * lane waits until they are fewer.
 *
 * <h2>Accounts</h2>
 *
 * Each account has a window, places, a bulk lane, a cool-down and stops of its own; a provider without accounts is its one
 * account.
 */
public interface ProviderLimiter {

    /**
     * Plans a call for this lane, if it may start within {@code patience}, and in the interactive lane also land within it,
     * as calls usually do. Of several accounts the one takes it whose start is the earliest; of those that could start at
     * the same time one that may find out whether a stop is over, else the first.
     *
     * @param accounts that may be billed, at least one
     * @param patience until the caller's deadline; zero means now or not at all
     */
    Permit acquire(List<String> accounts, Lane lane, Duration patience);

    /**
     * To be called when the request is about to be written. The time of departure is stamped, and the call's receipt is
     * written, unless one stands against it.
     *
     * <p>A call that leaves later than {@link Limits#JITTER} after its stamp, because its thread was held up, would come too
     * close to the next one of its slot. Its holder must not leave, and {@linkplain #redepart departs again}.
     *
     * @param permit an acquired one
     * @param purchase what the call buys
     * @return departed when the call may leave, at once or shortly ({@link Limits#lead()} at most) when the holder came a
     *     little early; refused when a receipt stands against it; denied for the {@linkplain Permit.Reason#RATE rate} when
     *     the plan was wrong and no slot is free within the lead, and then the permit stands and may depart after the wait;
     *     denied for another reason when a cool-down began meanwhile or the permit has lapsed, and then another one must be
     *     acquired
     */
    Permit depart(Permit.Granted permit, Purchase purchase);

    /** As {@link #depart}, for a call that was stamped and did not leave in time: its stamp is moved. */
    Permit redepart(Permit.Departed call);

    /**
     * To be called when a call has just left, later after its stamp than it should have: its slot counts from now on, so that
     * the slot's next call keeps its distance.
     */
    void restamp(Permit.Departed call);

    /** The holder does not come: gives the plan and the place in flight back. */
    void release(Permit.Granted permit);

    /** Pauses the account in the whole fleet for {@code wait} from now; of two pauses the one that ends later counts. */
    void coolDown(String account, Duration wait);

    /**
     * The provider shows that it allows the account so many calls a window. Where that is less than is configured, it holds for one window
     * from now on; it never raises the limit. While one is lowered, a lower one takes its place, and a higher one waits for
     * its end.
     *
     * @param calls at least 1
     * @param window the provider's, for those calls
     * @return whether it is less than is configured
     */
    boolean lower(String account, int calls, Duration window);

    /** Stops the account's lanes that the reason concerns until a call brings an image. A stop that stands goes on as it is. */
    void stop(String account, LaneStop.Reason reason);

    LimiterStatus status();
}

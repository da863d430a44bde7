package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.ReceiptStorage.Entry;
import dev.afterimage.limit.Receipts.ReceiptRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of a fleet of one process: the rules of {@link Receipts} over a map. Each change is given to a storage, so
 * that receipts outlive the process. Not safe for concurrent use; its owner holds a lock.
 */
final class ReceiptMap {

    /**
     * How long the receipt of a stored image is kept: longer than a permit can be used after its holder last looked for
     * the image.
     */
    private static final Duration IMAGE_KEPT_FOR = Duration.ofMinutes(3);

    /** How long after its call a job at the provider can be resumed. */
    private static final Duration JOB_LIVES = Duration.ofDays(1);

    /** The token of open receipts whose holder was an earlier process. */
    private static final String GONE = "gone";

    private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture("");

    private final Map<ImageKey, Entry> entries = new HashMap<>();
    /** The entries, the next one to expire first. */
    private final NavigableSet<Entry> byEnd = new TreeSet<>(Comparator.comparing(Entry::end)
            .thenComparing(entry -> entry.receipt().key().value()));

    private final ReceiptRules rules;
    private final Duration longestCall;
    private final ReceiptStorage storage;
    private CompletableFuture<?> writes = DONE;

    /**
     * Reads the receipts from the storage. A receipt that was open when the earlier process ended is still open, but
     * gets a token that nobody holds, because this process numbers its tokens from 1 again.
     */
    ReceiptMap(ReceiptRules rules, Duration longestCall, ReceiptStorage storage) {
        this.rules = rules;
        this.longestCall = longestCall;
        this.storage = storage;
        for (Entry entry : storage.load()) {
            Receipt receipt = entry.receipt();
            boolean open = receipt.state() == Receipt.State.OPEN;
            keep(open ? entry.with(receipt.open(GONE, receipt.until())) : entry);
        }
    }

    /** The writes since the last call of this method; completes when all of them survive a crash. */
    CompletableFuture<?> takeWrites() {
        CompletableFuture<?> taken = writes;
        writes = DONE;
        return taken;
    }

    /**
     * Removes the receipts that have expired. Nobody needs to wait for that: a row that is left on disk is removed at the
     * next start.
     */
    void sweep(Instant now) {
        while (!byEnd.isEmpty() && !now.isBefore(byEnd.first().end())) {
            CompletableFuture<?> unused = forget(byEnd.first().receipt().key());
        }
    }

    /** What stands against a purchase by the holder of this token; null when nothing does. */
    Permit.@Nullable Refused refusal(Purchase purchase, String token, Instant now) {
        Entry entry = unexpired(purchase.key(), now);
        if (entry == null) {
            return null;
        }
        Receipt receipt = entry.receipt();
        return switch (receipt.state()) {
            case DELETED, REJECTED -> null;
            case IMAGE ->
                entry.made().isAfter(purchase.newestSeen())
                        ? new Permit.Refused(receipt.state(), Duration.ofMillis(1), false, entry.made(), "", false)
                        : null;
            case OPEN -> {
                if (receipt.token().equals(token)) {
                    yield null;
                }
                yield now.isBefore(receipt.until())
                        ? refused(entry, receipt.state(), Duration.between(now, receipt.until()), false, now)
                        : refusalAfterFailure(
                                Receipt.State.UNKNOWN,
                                entry,
                                receipt.until().plus(Receipt.pauseAfter(receipt.purchases())),
                                now);
            }
            case UNKNOWN, UNUSABLE -> refusalAfterFailure(receipt.state(), entry, receipt.from(), now);
        };
    }

    /**
     * Why a purchase may not be made after calls that may have been billed and brought no image; null when it may.
     *
     * @param from the earliest time of the next purchase
     */
    private Permit.@Nullable Refused refusalAfterFailure(Receipt.State state, Entry entry, Instant from, Instant now) {
        if (entry.receipt().purchases() == 0 && now.isBefore(from)) {
            // A DELETE has set the count to 0, but the call that was under way then may still run.
            return refused(entry, Receipt.State.OPEN, Duration.between(now, from), false, now);
        }
        if (entry.receipt().purchases() > rules.repurchases()) {
            return refused(entry, state, Duration.between(now, entry.end()), true, now);
        }
        if (now.isBefore(from)) {
            return refused(entry, state, Duration.between(now, from), false, now);
        }
        return isResumable(entry, now) ? refused(entry, state, Duration.ofMillis(1), false, now) : null;
    }

    private static Permit.Refused refused(
            Entry entry, Receipt.State state, Duration wait, boolean usedUp, Instant now) {
        return new Permit.Refused(state, wait, usedUp, Instant.EPOCH, "", isResumable(entry, now));
    }

    /**
     * Whether the call has a job at the provider to go on with. A job whose key was deleted meanwhile is of no use, and
     * a job that has not ended after a day is given up, or it would be polled for ever.
     */
    private static boolean isResumable(Entry entry, Instant now) {
        Receipt receipt = entry.receipt();
        return !receipt.ticket().isEmpty()
                && !entry.deletedOpen()
                && now.isBefore(receipt.departed().plus(JOB_LIVES));
    }

    /** The remembered rejection of this key, if there is one. */
    Optional<Permit.Refused> rejection(ImageKey key, Instant now) {
        Entry entry = unexpired(key, now);
        return entry == null || entry.receipt().state() != Receipt.State.REJECTED
                ? Optional.empty()
                : Optional.of(new Permit.Refused(
                        Receipt.State.REJECTED,
                        Duration.between(now, entry.end()),
                        false,
                        Instant.EPOCH,
                        entry.receipt().detail(),
                        false));
    }

    /** Writes the receipt of a call that departs. */
    void open(Purchase purchase, String token, Instant at) {
        Entry former = entries.get(purchase.key());
        int purchases = 1;
        Optional<Receipt.State> before = Optional.empty();
        Instant made = Instant.EPOCH;
        String idempotencySuffix = purchase.idempotencySuffix();
        if (former != null) {
            Receipt old = former.receipt();
            switch (old.state()) {
                case OPEN -> {
                    boolean own = old.token().equals(token);
                    // A DELETE since its permit has set the count back.
                    purchases = own ? Math.max(1, old.purchases()) : old.purchases() + 1;
                    before = own ? former.before() : Optional.of(Receipt.State.UNKNOWN);
                    made = own ? former.made() : made;
                    idempotencySuffix = old.idempotencySuffix().isEmpty() ? idempotencySuffix : old.idempotencySuffix();
                }
                case UNKNOWN, UNUSABLE -> {
                    purchases = old.purchases() + 1;
                    before = Optional.of(old.state());
                    boolean goesOn = old.state() == Receipt.State.UNKNOWN
                            && !old.idempotencySuffix().isEmpty();
                    idempotencySuffix = goesOn ? old.idempotencySuffix() : idempotencySuffix;
                }
                case IMAGE -> {
                    before = Optional.of(Receipt.State.IMAGE);
                    made = former.made();
                }
                case REJECTED, DELETED -> {}
            }
        }
        Instant until = at.plus(longestCall);
        Receipt receipt =
                Receipt.opened(purchase.withIdempotencySuffix(idempotencySuffix), token, at, until, purchases);
        Instant deleted = former == null ? Instant.EPOCH : former.deleted();
        write(new Entry(receipt, before, made, deleted, false, until.plus(purchase.period())));
    }

    /** Extends an open receipt for its living holder. */
    Receipts.Holding hold(Permit.Departed call, Instant now) {
        Entry entry = unexpired(call.purchase().key(), now);
        if (entry == null) {
            return Receipts.Holding.LOST;
        }
        if (deletedSince(entry, call)) {
            return Receipts.Holding.DELETED;
        }
        Receipt receipt = entry.receipt();
        if (receipt.state() != Receipt.State.OPEN || !receipt.token().equals(call.token())) {
            return Receipts.Holding.LOST;
        }
        if (receipt.until().isBefore(now.plus(longestCall.dividedBy(4)))) {
            Instant until = now.plus(longestCall.dividedBy(2));
            write(entry.with(receipt.open(call.token(), until))
                    .until(until.plus(call.purchase().period())));
        }
        return Receipts.Holding.HELD;
    }

    /**
     * Ends the call of a receipt. When the receipt is no longer this call's, only an image is noted, and only where no other
     * call holds the receipt and the key was not deleted.
     *
     * @param counted run if the receipt is still this call's, so that each call is counted once
     */
    Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome, Instant now, Runnable counted) {
        ImageKey key = call.purchase().key();
        Entry entry = unexpired(key, now);
        boolean deleted = entry != null && deletedSince(entry, call);
        boolean own = entry != null && entry.receipt().token().equals(call.token());
        if (own) {
            counted.run();
        }
        if (entry == null || !own) {
            boolean isHeldByNobody = entry == null || entry.receipt().token().isEmpty();
            if (outcome instanceof CallOutcome.Image image && isHeldByNobody && !deleted) {
                keepImage(call, image, entry == null ? Instant.EPOCH : entry.deleted(), now);
            }
            return new Receipts.Settlement(deleted, Optional.of(Duration.ZERO));
        }
        Receipt open = entry.receipt();
        Duration period = call.purchase().period();
        if (deleted && outcome instanceof CallOutcome.Unknown && now.isBefore(open.until())) {
            // The call may still run at the provider, so no other may leave yet.
            Receipt unknown = open.ended(Receipt.State.UNKNOWN, 0, open.until(), outcome.detail());
            write(new Entry(
                    unknown,
                    Optional.empty(),
                    Instant.EPOCH,
                    entry.deleted(),
                    true,
                    open.until().plus(period)));
            return new Receipts.Settlement(true, Optional.of(Duration.between(now, open.until())));
        }
        if (deleted) {
            write(ended(entry, open.ended(Receipt.State.DELETED, 0, now, ""), now.plus(period)));
            return new Receipts.Settlement(true, Optional.of(Duration.ZERO));
        }
        switch (outcome) {
            case CallOutcome.Image image -> keepImage(call, image, entry.deleted(), now);
            case CallOutcome.NotBilled free -> undoPurchase(entry, now);
            case CallOutcome.Rejected rejected -> {
                if (open.purchases() > 1 || rejected.rememberedFor().isZero()) {
                    undoPurchase(entry, now);
                } else {
                    Receipt remembered = open.ended(Receipt.State.REJECTED, 0, now, rejected.detail());
                    write(ended(entry, remembered, now.plus(rejected.rememberedFor())));
                }
            }
            case CallOutcome.Unusable unusable -> {
                Instant from = now.plus(Receipt.pauseAfter(open.purchases()));
                return endedWithoutImage(entry, Receipt.State.UNUSABLE, from, outcome, call, now);
            }
            case CallOutcome.Unknown unknown -> {
                Instant paused = now.plus(Receipt.pauseAfter(open.purchases()));
                Instant from = paused.isAfter(open.until()) ? paused : open.until();
                return endedWithoutImage(entry, Receipt.State.UNKNOWN, from, outcome, call, now);
            }
        }
        return new Receipts.Settlement(false, Optional.of(Duration.ZERO));
    }

    /** Whether the key was deleted since the call departed. */
    private static boolean deletedSince(Entry entry, Permit.Departed call) {
        return entry.receipt().token().equals(call.token())
                ? entry.deletedOpen()
                : !entry.deleted().isBefore(call.at());
    }

    private void keepImage(Permit.Departed call, CallOutcome.Image image, Instant deleted, Instant now) {
        Receipt receipt = Receipt.ofImage(call.purchase(), call.at(), call.at().plus(longestCall), now);
        write(new Entry(receipt, Optional.empty(), image.made(), deleted, false, now.plus(IMAGE_KEPT_FOR)));
    }

    private Receipts.Settlement endedWithoutImage(
            Entry entry, Receipt.State state, Instant from, CallOutcome outcome, Permit.Departed call, Instant now) {
        int purchases = entry.receipt().purchases();
        Receipt ended = entry.receipt().ended(state, purchases, from, outcome.detail());
        write(ended(entry, ended, from.plus(call.purchase().period())));
        return new Receipts.Settlement(
                false, purchases > rules.repurchases() ? Optional.empty() : Optional.of(Duration.between(now, from)));
    }

    /** Ends a call that was not billed: brings back what was known before it departed. */
    private void undoPurchase(Entry entry, Instant now) {
        Receipt open = entry.receipt();
        int earlier = open.purchases() - 1;
        if (earlier >= 1 && entry.before().isPresent()) {
            Receipt former = open.ended(entry.before().get(), earlier, now, open.detail());
            write(ended(entry, former.withTicket(""), entry.end()));
        } else if (entry.before().equals(Optional.of(Receipt.State.IMAGE))) {
            // The image that the call was to replace is still stored. A DELETE that is noted here was before that image
            // was bought.
            Receipt image = open.ended(Receipt.State.IMAGE, 0, now, "").withTicket("");
            write(new Entry(image, Optional.empty(), entry.made(), entry.deleted(), false, now.plus(IMAGE_KEPT_FOR)));
        } else if (entry.deleted().equals(Instant.EPOCH)) {
            remove(open.key());
        } else {
            write(noteOfDelete(open.key(), entry.deleted(), entry.end()));
        }
    }

    private static Entry noteOfDelete(ImageKey key, Instant deleted, Instant end) {
        return new Entry(Receipt.ofDelete(key, deleted), Optional.empty(), Instant.EPOCH, deleted, false, end);
    }

    private static Entry ended(Entry entry, Receipt receipt, Instant end) {
        return new Entry(receipt, Optional.empty(), Instant.EPOCH, entry.deleted(), false, end);
    }

    Optional<Receipts.Resumed> resume(Purchase purchase, Lane lane, String token, Instant now) {
        Entry entry = unexpired(purchase.key(), now);
        if (entry == null
                || !isResumable(entry, now)
                || entry.receipt().listedAs(now).isEmpty()) {
            return Optional.empty();
        }
        Receipt old = entry.receipt();
        Instant until = now.plus(longestCall);
        write(new Entry(
                old.open(token, until),
                entry.before().or(() -> Optional.of(Receipt.State.UNKNOWN)),
                entry.made(),
                entry.deleted(),
                false,
                until.plus(purchase.period())));
        return Optional.of(new Receipts.Resumed(
                new Permit.Departed(token, lane, purchase.billedTo(old.account()), old.departed(), Duration.ZERO),
                old.ticket()));
    }

    void keepTicket(Permit.Departed call, String ticket) {
        Entry entry = entries.get(call.purchase().key());
        if (entry != null && entry.receipt().token().equals(call.token())) {
            write(entry.with(entry.receipt().withTicket(ticket)));
        }
    }

    void noteDeleted(ImageKey key, Duration period, Instant now) {
        Entry entry = unexpired(key, now);
        if (entry != null && mayStillRun(entry.receipt(), now)) {
            // The receipt stands until the call has ended, or two calls would run at once. Purchases are counted from 0
            // again, and the next one has a new idempotency key, or the provider would answer with the deleted image.
            Receipt counted = entry.receipt().counting(0, entry.receipt().until(), "");
            Instant departed = entry.receipt().departed();
            Instant deleted = now.isAfter(departed) ? now : departed;
            // A holder whose process was frozen may come back after its receipt has ended; the note must still be there
            // then.
            Instant from = now.isAfter(counted.until()) ? now : counted.until();
            write(new Entry(counted, Optional.empty(), entry.made(), deleted, true, from.plus(period)));
            return;
        }
        write(noteOfDelete(key, now, now.plus(period)));
    }

    boolean isDeleted(ImageKey key, Instant now) {
        Entry entry = unexpired(key, now);
        return entry != null && (entry.deletedOpen() || entry.receipt().state() == Receipt.State.DELETED);
    }

    private static boolean mayStillRun(Receipt receipt, Instant now) {
        return receipt.state() == Receipt.State.OPEN
                || (receipt.state() == Receipt.State.UNKNOWN && now.isBefore(receipt.until()));
    }

    boolean allowAnother(ImageKey key, Instant now) {
        Entry entry = unexpired(key, now);
        if (entry == null || entry.receipt().listedAs(now).isEmpty()) {
            return false;
        }
        Receipt old = entry.receipt();
        int purchases = Math.min(old.purchases(), rules.repurchases());
        Instant from = old.state() == Receipt.State.UNUSABLE ? now : old.until();
        write(entry.with(old.counting(purchases, from, old.idempotencySuffix())));
        return true;
    }

    Optional<Receipt> find(ImageKey key, Instant now) {
        return Optional.ofNullable(unexpired(key, now)).map(Entry::receipt);
    }

    List<Receipt> list(Instant now) {
        return List.copyOf(entries.keySet()).stream()
                .flatMap(key -> find(key, now).stream())
                .filter(receipt -> receipt.listedAs(now).isPresent())
                .sorted(Comparator.comparing(Receipt::departed))
                .toList();
    }

    private @Nullable Entry unexpired(ImageKey key, Instant now) {
        Entry entry = entries.get(key);
        if (entry != null && !now.isBefore(entry.end())) {
            remove(key);
            return null;
        }
        return entry;
    }

    private void write(Entry entry) {
        keep(entry);
        addWrite(storage.put(entry));
    }

    private void keep(Entry entry) {
        Entry former = entries.put(entry.receipt().key(), entry);
        if (former != null) {
            byEnd.remove(former);
        }
        byEnd.add(entry);
    }

    private void remove(ImageKey key) {
        addWrite(forget(key));
    }

    private CompletableFuture<?> forget(ImageKey key) {
        Entry former = entries.remove(key);
        if (former != null) {
            byEnd.remove(former);
        }
        return storage.remove(key);
    }

    private void addWrite(CompletableFuture<?> change) {
        writes = CompletableFuture.allOf(writes, change);
    }
}

package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.ReceiptStorage.Kept;
import dev.afterimage.limit.Receipts.ReceiptRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of a fleet of one process: the rules of {@link Receipts} over a map. Each change is given to a storage, so
 * that receipts outlive the process. Not safe for concurrent use; its owner holds a lock.
 */
final class ReceiptBook {

    /**
     * How long the receipt of a stored image is kept: longer than a permit can be used after its holder last looked for
     * the image.
     */
    private static final Duration IMAGE_KEPT_FOR = Duration.ofMinutes(3);

    private static final Duration JOB_LIVES = Duration.ofDays(1);

    /** The token of open receipts whose holder was an earlier process. */
    private static final String GONE = "gone";

    private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture("");

    private final Map<ImageKey, Kept> pages = new HashMap<>();
    private final ReceiptRules rules;
    private final Duration longestCall;
    private final ReceiptStorage storage;
    private CompletableFuture<?> unkept = DONE;

    /**
     * Reads the receipts from the storage. A receipt that was open when the earlier process ended is still open, but
     * gets a token that nobody holds, because this process numbers its tokens from 1 again.
     */
    ReceiptBook(ReceiptRules rules, Duration longestCall, ReceiptStorage storage) {
        this.rules = rules;
        this.longestCall = longestCall;
        this.storage = storage;
        for (Kept kept : storage.load()) {
            Receipt receipt = kept.receipt();
            boolean open = receipt.state() == Receipt.State.OPEN;
            pages.put(receipt.key(), open ? kept.with(receipt.open(GONE, receipt.until())) : kept);
        }
    }

    /** The writes since the last call of this method; completes when all of them survive a crash. */
    CompletableFuture<?> unkept() {
        CompletableFuture<?> changes = unkept;
        unkept = DONE;
        return changes;
    }

    /** What stands against a purchase by the holder of this token; null when nothing does. */
    Permit.@Nullable Refused refusal(Purchase purchase, String token, Instant now) {
        Kept page = page(purchase.key(), now);
        if (page == null) {
            return null;
        }
        Receipt receipt = page.receipt();
        return switch (receipt.state()) {
            case DELETED, REJECTED -> null;
            case IMAGE ->
                page.made().isAfter(purchase.known())
                        ? new Permit.Refused(receipt.state(), Duration.ofMillis(1), false, page.made(), "", false)
                        : null;
            case OPEN -> {
                if (receipt.token().equals(token)) {
                    yield null;
                }
                yield now.isBefore(receipt.until())
                        ? refused(page, receipt.state(), Duration.between(now, receipt.until()), false, now)
                        : countedRefusal(
                                Receipt.State.UNKNOWN,
                                page,
                                receipt.until().plus(Receipt.pauseAfter(receipt.purchases())),
                                now);
            }
            case UNKNOWN, UNUSABLE -> countedRefusal(receipt.state(), page, receipt.from(), now);
        };
    }

    private Permit.@Nullable Refused countedRefusal(Receipt.State state, Kept page, Instant from, Instant now) {
        if (page.receipt().purchases() > rules.repurchases()) {
            return refused(page, state, Duration.between(now, page.end()), true, now);
        }
        if (now.isBefore(from)) {
            return refused(page, state, Duration.between(now, from), false, now);
        }
        return isResumable(page, now) ? refused(page, state, Duration.ofMillis(1), false, now) : null;
    }

    private static Permit.Refused refused(Kept page, Receipt.State state, Duration wait, boolean usedUp, Instant now) {
        return new Permit.Refused(state, wait, usedUp, Instant.EPOCH, "", isResumable(page, now));
    }

    /**
     * Whether the call has a job at the provider to go on with. A job whose key was deleted meanwhile is of no use, and
     * a job that has not ended after a day is given up, or it would be polled for ever.
     */
    private static boolean isResumable(Kept page, Instant now) {
        Receipt receipt = page.receipt();
        return !receipt.ticket().isEmpty()
                && !page.deletedOpen()
                && now.isBefore(receipt.departed().plus(JOB_LIVES));
    }

    /** The remembered rejection of this key, if there is one. */
    Optional<Permit.Refused> rejection(ImageKey key, Instant now) {
        Kept page = page(key, now);
        return page == null || page.receipt().state() != Receipt.State.REJECTED
                ? Optional.empty()
                : Optional.of(new Permit.Refused(
                        Receipt.State.REJECTED,
                        Duration.between(now, page.end()),
                        false,
                        Instant.EPOCH,
                        page.receipt().detail(),
                        false));
    }

    /** Writes the receipt of a call that departs. */
    void open(Purchase purchase, String token, Instant at) {
        Kept standing = pages.get(purchase.key());
        int purchases = 1;
        Optional<Receipt.State> before = Optional.empty();
        String series = purchase.series();
        if (standing != null) {
            Receipt old = standing.receipt();
            switch (old.state()) {
                case OPEN -> {
                    boolean own = old.token().equals(token);
                    purchases = own ? old.purchases() : old.purchases() + 1;
                    before = own ? standing.before() : Optional.of(Receipt.State.UNKNOWN);
                    series = old.series().isEmpty() ? series : old.series();
                }
                case UNKNOWN, UNUSABLE -> {
                    purchases = old.purchases() + 1;
                    before = Optional.of(old.state());
                    boolean goesOn = old.state() == Receipt.State.UNKNOWN
                            && !old.series().isEmpty();
                    series = goesOn ? old.series() : series;
                }
                case REJECTED, IMAGE, DELETED -> {}
            }
        }
        Instant until = at.plus(longestCall);
        Receipt receipt = new Receipt(
                purchase.key(),
                Receipt.State.OPEN,
                token,
                at,
                until,
                purchase.account(),
                purchase.template(),
                purchase.request(),
                "",
                series,
                purchases,
                until,
                "");
        Instant deleted = standing == null ? Instant.EPOCH : standing.deleted();
        write(new Kept(receipt, before, Instant.EPOCH, deleted, false, until.plus(purchase.period())));
    }

    /** Extends an open receipt for its living holder. */
    Receipts.Holding hold(Permit.Departed call, Instant now) {
        Kept page = page(call.purchase().key(), now);
        if (page == null) {
            return Receipts.Holding.LOST;
        }
        if (deletedSince(page, call)) {
            return Receipts.Holding.DELETED;
        }
        Receipt receipt = page.receipt();
        if (receipt.state() != Receipt.State.OPEN || !receipt.token().equals(call.token())) {
            return Receipts.Holding.LOST;
        }
        if (receipt.until().isBefore(now.plus(longestCall.dividedBy(4)))) {
            Instant until = now.plus(longestCall.dividedBy(2));
            write(page.with(receipt.open(call.token(), until))
                    .until(until.plus(call.purchase().period())));
        }
        return Receipts.Holding.HELD;
    }

    /**
     * Ends the call of a receipt. Changes nothing when the call has ended before.
     *
     * @param counted run when the call has not ended before, so that it is counted once
     */
    Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome, Instant now, Runnable counted) {
        ImageKey key = call.purchase().key();
        Kept page = page(key, now);
        boolean deleted = page != null && deletedSince(page, call);
        boolean own = page != null && page.receipt().token().equals(call.token());
        if (own) {
            counted.run();
        }
        if (page == null || !own) {
            boolean nobodyElses = page == null || page.receipt().token().isEmpty();
            if (outcome instanceof CallOutcome.Image image && nobodyElses && !deleted) {
                landed(call, image, page == null ? Instant.EPOCH : page.deleted(), now);
            }
            return new Receipts.Settlement(deleted, Optional.of(Duration.ZERO));
        }
        Receipt open = page.receipt();
        Duration period = call.purchase().period();
        if (deleted && outcome instanceof CallOutcome.Unknown && now.isBefore(open.until())) {
            Receipt unknown = open.ended(Receipt.State.UNKNOWN, 0, open.until(), outcome.detail());
            write(new Kept(
                    unknown,
                    Optional.empty(),
                    Instant.EPOCH,
                    page.deleted(),
                    true,
                    open.until().plus(period)));
            return new Receipts.Settlement(true, Optional.of(Duration.between(now, open.until())));
        }
        if (deleted) {
            write(ended(page, open.ended(Receipt.State.DELETED, 0, now, ""), now.plus(period)));
            return new Receipts.Settlement(true, Optional.of(Duration.ZERO));
        }
        switch (outcome) {
            case CallOutcome.Image image -> landed(call, image, page.deleted(), now);
            case CallOutcome.NotBilled free -> giveBack(page, now);
            case CallOutcome.Rejected rejected -> {
                if (open.purchases() > 1 || rejected.rememberedFor().isZero()) {
                    giveBack(page, now);
                } else {
                    Receipt remembered = open.ended(Receipt.State.REJECTED, 0, now, rejected.detail());
                    write(ended(page, remembered, now.plus(rejected.rememberedFor())));
                }
            }
            case CallOutcome.Unusable unusable -> {
                Instant from = now.plus(Receipt.pauseAfter(open.purchases()));
                return endedWithoutImage(page, Receipt.State.UNUSABLE, from, outcome, call, now);
            }
            case CallOutcome.Unknown unknown -> {
                Instant paused = now.plus(Receipt.pauseAfter(open.purchases()));
                Instant from = paused.isAfter(open.until()) ? paused : open.until();
                return endedWithoutImage(page, Receipt.State.UNKNOWN, from, outcome, call, now);
            }
        }
        return new Receipts.Settlement(false, Optional.of(Duration.ZERO));
    }

    /** Whether the key was deleted since the call departed. */
    private static boolean deletedSince(Kept page, Permit.Departed call) {
        return page.receipt().token().equals(call.token())
                ? page.deletedOpen()
                : !page.deleted().isBefore(call.at());
    }

    private void landed(Permit.Departed call, CallOutcome.Image image, Instant deleted, Instant now) {
        Purchase purchase = call.purchase();
        Receipt receipt = new Receipt(
                purchase.key(),
                Receipt.State.IMAGE,
                "",
                call.at(),
                call.at().plus(longestCall),
                purchase.account(),
                purchase.template(),
                purchase.request(),
                "",
                purchase.series(),
                0,
                now,
                "");
        write(new Kept(receipt, Optional.empty(), image.made(), deleted, false, now.plus(IMAGE_KEPT_FOR)));
    }

    private Receipts.Settlement endedWithoutImage(
            Kept page, Receipt.State state, Instant from, CallOutcome outcome, Permit.Departed call, Instant now) {
        int purchases = page.receipt().purchases();
        Receipt ended = page.receipt().ended(state, purchases, from, outcome.detail());
        write(ended(page, ended, from.plus(call.purchase().period())));
        return new Receipts.Settlement(
                false, purchases > rules.repurchases() ? Optional.empty() : Optional.of(Duration.between(now, from)));
    }

    private void giveBack(Kept page, Instant now) {
        Receipt open = page.receipt();
        int left = open.purchases() - 1;
        if (left >= 1 && page.before().isPresent()) {
            Receipt former = open.ended(page.before().get(), left, now, open.detail());
            write(ended(page, former.withTicket(""), page.end()));
        } else if (page.deleted().equals(Instant.EPOCH)) {
            remove(open.key());
        } else {
            write(tombstone(open.key(), page.deleted(), page.end()));
        }
    }

    /** A receipt that only notes a DELETE, for calls that left before it. */
    private static Kept tombstone(ImageKey key, Instant deleted, Instant end) {
        Receipt receipt = new Receipt(
                key,
                Receipt.State.DELETED,
                "",
                deleted,
                deleted,
                Purchase.DEFAULT_ACCOUNT,
                "",
                "",
                "",
                "",
                0,
                deleted,
                "");
        return new Kept(receipt, Optional.empty(), Instant.EPOCH, deleted, false, end);
    }

    private static Kept ended(Kept page, Receipt receipt, Instant end) {
        return new Kept(receipt, Optional.empty(), Instant.EPOCH, page.deleted(), false, end);
    }

    Optional<Receipts.Resumed> resume(Purchase purchase, Lane lane, String token, Instant now) {
        Kept page = page(purchase.key(), now);
        if (page == null
                || !isResumable(page, now)
                || page.receipt().listedAs(now).isEmpty()) {
            return Optional.empty();
        }
        Receipt old = page.receipt();
        Instant until = now.plus(longestCall);
        write(new Kept(
                old.open(token, until),
                Optional.of(Receipt.State.UNKNOWN),
                page.made(),
                page.deleted(),
                false,
                until.plus(purchase.period())));
        return Optional.of(new Receipts.Resumed(
                new Permit.Departed(token, lane, purchase.billedTo(old.account()), old.departed(), Duration.ZERO),
                old.ticket()));
    }

    void keepTicket(Permit.Departed call, String ticket) {
        Kept page = pages.get(call.purchase().key());
        if (page != null && page.receipt().token().equals(call.token())) {
            write(page.with(page.receipt().withTicket(ticket)));
        }
    }

    void noteDeleted(ImageKey key, Duration period, Instant now) {
        Kept page = page(key, now);
        if (page != null && mayStillRun(page.receipt(), now)) {
            // The receipt stands until the call has ended, or two calls would run at once. Purchases are counted from 0
            // again, and the next one has a new name, or an idempotent provider would answer with the deleted image.
            Receipt counted = page.receipt().counting(0, page.receipt().until(), "");
            Instant departed = page.receipt().departed();
            Instant deleted = now.isAfter(departed) ? now : departed;
            write(new Kept(counted, Optional.empty(), page.made(), deleted, true, page.end()));
            return;
        }
        write(tombstone(key, now, now.plus(period)));
    }

    boolean isDeleted(ImageKey key, Instant now) {
        Kept page = page(key, now);
        return page != null && (page.deletedOpen() || page.receipt().state() == Receipt.State.DELETED);
    }

    private static boolean mayStillRun(Receipt receipt, Instant now) {
        return receipt.state() == Receipt.State.OPEN
                || (receipt.state() == Receipt.State.UNKNOWN && now.isBefore(receipt.until()));
    }

    boolean allowAnother(ImageKey key, Instant now) {
        Kept page = page(key, now);
        if (page == null || page.receipt().listedAs(now).isEmpty()) {
            return false;
        }
        Receipt old = page.receipt();
        int purchases = Math.min(old.purchases(), rules.repurchases());
        Instant from = old.state() == Receipt.State.UNUSABLE ? now : old.until();
        write(page.with(old.counting(purchases, from, old.series())));
        return true;
    }

    Optional<Receipt> find(ImageKey key, Instant now) {
        return Optional.ofNullable(page(key, now)).map(Kept::receipt);
    }

    List<Receipt> list(Instant now) {
        return List.copyOf(pages.keySet()).stream()
                .flatMap(key -> find(key, now).stream())
                .filter(receipt -> receipt.listedAs(now).isPresent())
                .sorted(Comparator.comparing(Receipt::departed))
                .toList();
    }

    private @Nullable Kept page(ImageKey key, Instant now) {
        Kept page = pages.get(key);
        if (page != null && !now.isBefore(page.end())) {
            remove(key);
            return null;
        }
        return page;
    }

    private void write(Kept page) {
        pages.put(page.receipt().key(), page);
        addToUnkept(storage.put(page));
    }

    private void remove(ImageKey key) {
        pages.remove(key);
        addToUnkept(storage.remove(key));
    }

    private void addToUnkept(CompletableFuture<?> change) {
        unkept = CompletableFuture.allOf(unkept, change);
    }
}

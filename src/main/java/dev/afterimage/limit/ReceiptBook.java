package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of one process that is the whole fleet: the rules of {@link Receipts} over a map, each change of which is
 * given to a storage, so that they outlive the process. Guarded by its owner.
 */
final class ReceiptBook {

    /** As long as a permit can be used after its holder looked for the image for the last time. */
    private static final Duration LANDED_KEPT = Duration.ofMinutes(3);

    /**
     * A receipt, and what only the rules need.
     *
     * @param before what an open one took the place of, if that counts purchases
     * @param made when the image was made
     * @param deleted the last DELETE; the epoch when there was none
     * @param end when it goes by itself
     */
    private record Page(Receipt receipt, Receipt.@Nullable State before, Instant made, Instant deleted, Instant end) {}

    private final Map<ImageKey, Page> pages = new HashMap<>();
    /** Those that were deleted while the call of their receipt could run; its departure may be stamped ahead of that. */
    private final Set<ImageKey> deletedOpen = new HashSet<>();

    private final ReceiptRules rules;
    private final Duration longestCall;
    private final ReceiptStorage storage;
    private int unusableInARow;

    /** With what the storage knows. A call that was open when the former process ended is open still. */
    ReceiptBook(ReceiptRules rules, Duration longestCall, ReceiptStorage storage) {
        this.rules = rules;
        this.longestCall = longestCall;
        this.storage = storage;
        for (ReceiptStorage.Kept kept : storage.load()) {
            pages.put(kept.receipt().key(), new Page(kept.receipt(), null, Instant.EPOCH, Instant.EPOCH, kept.end()));
        }
    }

    /** What stands against the purchase by the holder of this token. */
    Permit.@Nullable Refused refusal(Purchase purchase, String token, Instant now) {
        Page page = page(purchase.key(), now);
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
                        ? refused(receipt, receipt.state(), Duration.between(now, receipt.until()), false)
                        : countedRefusal(
                                Receipt.State.UNKNOWN,
                                page,
                                receipt.until().plus(Receipt.pauseAfter(receipt.purchases())),
                                now);
            }
            case UNKNOWN, UNUSABLE -> countedRefusal(receipt.state(), page, receipt.from(), now);
        };
    }

    private Permit.@Nullable Refused countedRefusal(Receipt.State state, Page page, Instant from, Instant now) {
        if (page.receipt().purchases() > rules.repurchases()) {
            return refused(page.receipt(), state, Duration.between(now, page.end()), true);
        }
        if (now.isBefore(from)) {
            return refused(page.receipt(), state, Duration.between(now, from), false);
        }
        return isResumable(page.receipt()) ? refused(page.receipt(), state, Duration.ofMillis(1), false) : null;
    }

    private Permit.Refused refused(Receipt receipt, Receipt.State state, Duration wait, boolean usedUp) {
        return new Permit.Refused(state, wait, usedUp, Instant.EPOCH, "", isResumable(receipt));
    }

    /** Nobody wants the image of a job any more that was deleted under way. */
    private boolean isResumable(Receipt receipt) {
        return !receipt.ticket().isEmpty() && !deletedOpen.contains(receipt.key());
    }

    /** A rejection that is remembered. */
    Optional<Permit.Refused> rejection(ImageKey key, Instant now) {
        Page page = page(key, now);
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
        Page standing = pages.get(purchase.key());
        deletedOpen.remove(purchase.key());
        int purchases = 1;
        Receipt.State before = null;
        String series = purchase.series();
        if (standing != null) {
            Receipt old = standing.receipt();
            switch (old.state()) {
                case OPEN -> {
                    boolean own = old.token().equals(token);
                    purchases = own ? old.purchases() : old.purchases() + 1;
                    before = own ? standing.before() : Receipt.State.UNKNOWN;
                    series = old.series();
                }
                case UNKNOWN, UNUSABLE -> {
                    purchases = old.purchases() + 1;
                    before = old.state();
                    series = old.state() == Receipt.State.UNKNOWN ? old.series() : series;
                }
                case REJECTED, IMAGE, DELETED -> {}
            }
        }
        Instant until = at.plus(longestCall);
        write(new Page(
                new Receipt(
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
                        ""),
                before,
                Instant.EPOCH,
                standing == null ? Instant.EPOCH : standing.deleted(),
                until.plus(purchase.period())));
    }

    /** Keeps a live holder's receipt past its end. */
    Receipts.Holding hold(Permit.Departed call, Instant now) {
        Page page = page(call.purchase().key(), now);
        if (page == null) {
            return Receipts.Holding.LOST;
        }
        if (deletedSince(page, call)) {
            return Receipts.Holding.DELETED;
        }
        if (page.receipt().state() != Receipt.State.OPEN
                || !page.receipt().token().equals(call.token())) {
            return Receipts.Holding.LOST;
        }
        if (page.receipt().until().isBefore(now.plus(longestCall.dividedBy(4)))) {
            Receipt old = page.receipt();
            Instant until = now.plus(longestCall.dividedBy(2));
            write(new Page(
                    new Receipt(
                            old.key(),
                            old.state(),
                            old.token(),
                            old.departed(),
                            until,
                            old.account(),
                            old.template(),
                            old.request(),
                            old.ticket(),
                            old.series(),
                            old.purchases(),
                            until,
                            old.detail()),
                    page.before(),
                    page.made(),
                    page.deleted(),
                    until.plus(call.purchase().period())));
        }
        return Receipts.Holding.HELD;
    }

    /** Whether answers have been unusable so often in a row that the bulk lane must stop. */
    boolean countUnusable(CallOutcome outcome) {
        switch (outcome) {
            case CallOutcome.Image image -> unusableInARow = 0;
            case CallOutcome.Unusable unusable -> unusableInARow++;
            default -> {}
        }
        return unusableInARow >= rules.maxUnusable();
    }

    Receipts.Settlement settle(Permit.Departed call, CallOutcome outcome, Instant now) {
        ImageKey key = call.purchase().key();
        Page page = page(key, now);
        boolean deleted = page != null && deletedSince(page, call);
        if (page == null || !page.receipt().token().equals(call.token())) {
            boolean nobodyElses = page == null || page.receipt().token().isEmpty();
            if (outcome instanceof CallOutcome.Image image && nobodyElses && !deleted) {
                landed(call, image, page == null ? Instant.EPOCH : page.deleted(), now);
            }
            return new Receipts.Settlement(deleted, Optional.of(Duration.ZERO));
        }
        Receipt open = page.receipt();
        if (deleted && outcome instanceof CallOutcome.Unknown && now.isBefore(open.until())) {
            Instant end = open.until().plus(call.purchase().period());
            write(ended(page, Receipt.State.UNKNOWN, 0, open.until(), outcome.detail(), end));
            return new Receipts.Settlement(true, Optional.of(Duration.between(now, open.until())));
        }
        if (deleted) {
            write(ended(
                    page,
                    Receipt.State.DELETED,
                    0,
                    now,
                    "",
                    now.plus(call.purchase().period())));
            return new Receipts.Settlement(true, Optional.of(Duration.ZERO));
        }
        switch (outcome) {
            case CallOutcome.Image image -> landed(call, image, page.deleted(), now);
            case CallOutcome.NotBilled free -> giveBack(page, now);
            case CallOutcome.Rejected rejected -> {
                if (open.purchases() > 1 || rejected.rememberedFor().isZero()) {
                    giveBack(page, now);
                } else {
                    write(ended(
                            page,
                            Receipt.State.REJECTED,
                            0,
                            now,
                            rejected.detail(),
                            now.plus(rejected.rememberedFor())));
                }
            }
            case CallOutcome.Unusable unusable -> {
                return inVain(
                        page,
                        Receipt.State.UNUSABLE,
                        now.plus(Receipt.pauseAfter(open.purchases())),
                        outcome,
                        call,
                        now);
            }
            case CallOutcome.Unknown unknown -> {
                Instant paused = now.plus(Receipt.pauseAfter(open.purchases()));
                Instant from = paused.isAfter(open.until()) ? paused : open.until();
                return inVain(page, Receipt.State.UNKNOWN, from, outcome, call, now);
            }
        }
        return new Receipts.Settlement(false, Optional.of(Duration.ZERO));
    }

    /** Whether the key was deleted since the call departed. */
    private boolean deletedSince(Page page, Permit.Departed call) {
        return page.receipt().token().equals(call.token())
                ? deletedOpen.contains(page.receipt().key())
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
        write(new Page(receipt, null, image.made(), deleted, now.plus(LANDED_KEPT)));
    }

    private Receipts.Settlement inVain(
            Page page, Receipt.State state, Instant from, CallOutcome outcome, Permit.Departed call, Instant now) {
        int purchases = page.receipt().purchases();
        write(ended(
                page,
                state,
                purchases,
                from,
                outcome.detail(),
                from.plus(call.purchase().period())));
        return new Receipts.Settlement(
                false, purchases > rules.repurchases() ? Optional.empty() : Optional.of(Duration.between(now, from)));
    }

    private void giveBack(Page page, Instant now) {
        int left = page.receipt().purchases() - 1;
        if (left < 1 || page.before() == null) {
            remove(page.receipt().key());
        } else {
            write(ended(page, page.before(), left, now, page.receipt().detail(), page.end()));
        }
    }

    private static Page ended(Page page, Receipt.State state, int purchases, Instant from, String detail, Instant end) {
        Receipt open = page.receipt();
        return new Page(
                new Receipt(
                        open.key(),
                        state,
                        "",
                        open.departed(),
                        open.until(),
                        open.account(),
                        open.template(),
                        open.request(),
                        open.ticket(),
                        open.series(),
                        purchases,
                        from,
                        detail),
                null,
                Instant.EPOCH,
                page.deleted(),
                end);
    }

    Optional<Receipts.Resumed> resume(Purchase purchase, Lane lane, String token, Instant now) {
        Page page = page(purchase.key(), now);
        if (page == null
                || !isResumable(page.receipt())
                || page.receipt().listedAs(now).isEmpty()) {
            return Optional.empty();
        }
        Receipt old = page.receipt();
        Instant until = now.plus(longestCall);
        write(new Page(
                new Receipt(
                        old.key(),
                        Receipt.State.OPEN,
                        token,
                        old.departed(),
                        until,
                        old.account(),
                        old.template(),
                        old.request(),
                        old.ticket(),
                        old.series(),
                        old.purchases(),
                        until,
                        ""),
                Receipt.State.UNKNOWN,
                page.made(),
                page.deleted(),
                until.plus(purchase.period())));
        return Optional.of(new Receipts.Resumed(
                new Permit.Departed(token, lane, purchase, old.departed(), Duration.ZERO), old.ticket()));
    }

    void keepTicket(Permit.Departed call, String ticket) {
        Page page = pages.get(call.purchase().key());
        if (page != null && page.receipt().token().equals(call.token())) {
            Receipt old = page.receipt();
            write(new Page(
                    new Receipt(
                            old.key(),
                            old.state(),
                            old.token(),
                            old.departed(),
                            old.until(),
                            old.account(),
                            old.template(),
                            old.request(),
                            ticket,
                            old.series(),
                            old.purchases(),
                            old.from(),
                            old.detail()),
                    page.before(),
                    page.made(),
                    page.deleted(),
                    page.end()));
        }
    }

    void noteDeleted(ImageKey key, Duration period, Instant now) {
        Page page = page(key, now);
        if (page != null && mayStillRun(page.receipt(), now)) {
            // Until it has ended its receipt stands, or two would run at once; but calls in vain count no more.
            Receipt counted = counting(page.receipt(), 0, page.receipt().until());
            write(new Page(counted, null, page.made(), now, page.end()));
            deletedOpen.add(key);
            return;
        }
        Receipt tombstone = new Receipt(
                key, Receipt.State.DELETED, "", now, now, Purchase.DEFAULT_ACCOUNT, "", "", "", "", 0, now, "");
        write(new Page(tombstone, null, Instant.EPOCH, now, now.plus(period)));
    }

    private static boolean mayStillRun(Receipt receipt, Instant now) {
        return receipt.state() == Receipt.State.OPEN
                || (receipt.state() == Receipt.State.UNKNOWN && now.isBefore(receipt.until()));
    }

    private static Receipt counting(Receipt old, int purchases, Instant from) {
        return new Receipt(
                old.key(),
                old.state(),
                old.token(),
                old.departed(),
                old.until(),
                old.account(),
                old.template(),
                old.request(),
                old.ticket(),
                old.series(),
                purchases,
                from,
                old.detail());
    }

    boolean allowAnother(ImageKey key, Instant now) {
        Page page = page(key, now);
        if (page == null || page.receipt().listedAs(now).isEmpty()) {
            return false;
        }
        Receipt old = page.receipt();
        int purchases = Math.min(old.purchases(), rules.repurchases());
        Instant from = old.state() == Receipt.State.UNUSABLE ? now : old.until();
        write(new Page(counting(old, purchases, from), page.before(), page.made(), page.deleted(), page.end()));
        return true;
    }

    Optional<Receipt> find(ImageKey key, Instant now) {
        return Optional.ofNullable(page(key, now)).map(Page::receipt);
    }

    List<Receipt> list(Instant now) {
        return pages.keySet().stream().toList().stream()
                .map(key -> page(key, now))
                .flatMap(page ->
                        page == null ? java.util.stream.Stream.empty() : java.util.stream.Stream.of(page.receipt()))
                .filter(receipt -> receipt.listedAs(now).isPresent())
                .sorted(Comparator.comparing(Receipt::departed))
                .toList();
    }

    private @Nullable Page page(ImageKey key, Instant now) {
        Page page = pages.get(key);
        if (page != null && !now.isBefore(page.end())) {
            remove(key);
            return null;
        }
        return page;
    }

    private void write(Page page) {
        storage.put(new ReceiptStorage.Kept(page.receipt(), page.end()));
        pages.put(page.receipt().key(), page);
    }

    private void remove(ImageKey key) {
        storage.remove(key);
        pages.remove(key);
        deletedOpen.remove(key);
    }
}

package dev.afterimage.testing;

import dev.afterimage.generation.Attempt;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An order of one image that records its calls. */
public final class Orders implements Attempt.Order {

    private final Purchase purchase;
    private final List<Permit.Departed> calls = new ArrayList<>();
    private Optional<String> ticket = Optional.empty();

    private Orders(Purchase purchase) {
        this.purchase = purchase;
    }

    public static Orders of(Purchase purchase) {
        return new Orders(purchase);
    }

    /** Of a key that nobody else buys. */
    public static Orders next() {
        return new Orders(Purchases.next());
    }

    @Override
    public Purchase purchase() {
        return purchase;
    }

    @Override
    public synchronized void departed(Permit.Departed call) {
        calls.add(call);
    }

    @Override
    public void failed() {}

    @Override
    public ImageKey key() {
        return purchase.key();
    }

    @Override
    public String idempotencyKey() {
        return purchase.key().value();
    }

    @Override
    public synchronized Optional<String> ticket() {
        return ticket;
    }

    @Override
    public synchronized void keepTicket(String opened) {
        ticket = Optional.of(opened);
    }

    public synchronized List<Permit.Departed> calls() {
        return List.copyOf(calls);
    }
}

package dev.afterimage.generation;

import dev.afterimage.limit.Permit;

/** The call was not made, because a receipt stands against it. Nothing was billed. */
public final class ReceiptStandsException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final transient Permit.Refused refused;

    public ReceiptStandsException(Permit.Refused refused) {
        super("a receipt stands against this call: " + refused.state(), null);
        this.refused = refused;
    }

    /** What stands against it. */
    public Permit.Refused refused() {
        return refused;
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}

package dev.afterimage.generation;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.limit.Permit;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure to get an image from the provider. Each subclass has its own consequence; {@link #billed()} says whether the
 * call may have been billed. Messages are for the operator: they hold neither data values nor secrets.
 */
public abstract sealed class GenerationException extends RuntimeException
        permits ThrottledException,
                OutOfCreditsException,
                RejectedException,
                AccessRefusedException,
                OutcomeUnknownException,
                UnavailableException,
                NotAnImageException,
                JobUnfinishedException,
                GenerationException.ReceiptStandsException,
                GenerationException.ImageExistsException,
                GenerationException.DeletedMeanwhileException {

    /** Whether the provider charged for the failed call. */
    public enum Billed {
        NO,
        YES,
        /** Nobody knows; counted as yes. */
        MAYBE
    }

    private final Billed billed;
    private @Nullable String account;
    private @Nullable Duration nextPurchase;

    GenerationException(String message, @Nullable Throwable cause, Billed billed) {
        super(message, cause);
        this.billed = billed;
    }

    /** This failure, as that of a call with this account. */
    GenerationException of(String called) {
        account = called;
        return this;
    }

    /** The account whose call failed; empty when no call was tried. */
    Optional<String> account() {
        return Optional.ofNullable(account);
    }

    /** This failure, with the wait until the image may be bought again; empty when its purchases are used up. */
    GenerationException withNextPurchase(Optional<Duration> wait) {
        nextPurchase = wait.orElse(null);
        return this;
    }

    /**
     * After a call that may have been billed, the wait until the image may be bought again; empty when its purchases
     * are used up.
     */
    public Optional<Duration> nextPurchase() {
        return Optional.ofNullable(nextPurchase);
    }

    public Billed billed() {
        return billed;
    }

    /**
     * Whether a call that ended with this failure may have been billed. Other exceptions than {@link GenerationException}
     * (the limiter or the queue cannot be reached) are thrown before a call leaves; only a
     * {@link StoreUnavailableException} can come after an image was paid for.
     */
    public static boolean mayBeBilled(RuntimeException failure) {
        return failure instanceof GenerationException known
                ? known.billed != Billed.NO
                : failure instanceof StoreUnavailableException;
    }

    /** The call was not made, because a receipt stands against it. Nothing was billed. */
    public static final class ReceiptStandsException extends GenerationException {

        private final transient Permit.Refused refused;

        public ReceiptStandsException(Permit.Refused refused) {
            super("a receipt stands against this call: " + refused.state(), null, Billed.NO);
            this.refused = refused;
        }

        /** Why it was refused. */
        public Permit.Refused refused() {
            return refused;
        }
    }

    /** The call was not made: when it had its permit, another call had brought the image. Nothing was billed. */
    public static final class ImageExistsException extends GenerationException {

        private final transient IndexEntry entry;

        public ImageExistsException(IndexEntry entry) {
            super("another call has brought the image", null, Billed.NO);
            this.entry = entry;
        }

        public IndexEntry entry() {
            return entry;
        }
    }

    /** The key was deleted while its image was being made: it was billed and is not stored. */
    public static final class DeletedMeanwhileException extends GenerationException {

        public DeletedMeanwhileException() {
            super("The image was deleted while it was being made.", null, Billed.YES);
        }
    }
}

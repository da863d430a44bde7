package dev.afterimage.generation;

import dev.afterimage.store.StoreUnavailableException;
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
                ReceiptStandsException,
                AlreadyLandedException,
                DeletedMeanwhileException,
                JobUnfinishedException {

    private static final long serialVersionUID = 1L;

    /** Whether the provider charged for the failed call. */
    public enum Billed {
        NO,
        YES,
        /** Nobody knows; counted as yes. */
        MAYBE
    }

    private @Nullable String account;

    GenerationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** It is the failure of this account's call. */
    GenerationException of(String called) {
        account = called;
        return this;
    }

    /** The account whose call failed so; empty when none was tried. */
    Optional<String> account() {
        return Optional.ofNullable(account);
    }

    public abstract Billed billed();

    /**
     * Whether a call that ended with this failure may have been billed. Other exceptions than {@link GenerationException}
     * (the limiter or the queue cannot be reached) are thrown before a call leaves; only a
     * {@link StoreUnavailableException} can come after an image was paid for.
     */
    public static boolean mayBeBilled(RuntimeException failure) {
        return failure instanceof GenerationException known
                ? known.billed() != Billed.NO
                : failure instanceof StoreUnavailableException;
    }
}

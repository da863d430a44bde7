package dev.afterimage.generation;

import dev.afterimage.store.StoreUnavailableException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * There is no image. Each kind has its own consequence; {@link #billed()} says whether the provider may have charged for it.
 * Messages are for the operator: they hold neither data values nor secrets.
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
                DeletedMeanwhileException {

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
     * Whether a call may have been billed that ended with this failure. What is no {@link GenerationException} (a lost
     * limiter, a queue that cannot be reached) happens before a call leaves, or after its image was paid for, and is then a
     * {@link StoreUnavailableException}.
     */
    public static boolean mayBeBilled(RuntimeException failure) {
        return failure instanceof GenerationException known
                ? known.billed() != Billed.NO
                : failure instanceof StoreUnavailableException;
    }
}

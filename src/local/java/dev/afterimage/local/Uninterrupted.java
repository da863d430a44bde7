package dev.afterimage.local;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/**
 * Runs work on file channels to its end even when the thread is interrupted, and leaves the interrupt pending.
 *
 * <p>A {@link java.nio.channels.FileChannel} is closed by an interrupt. A caller who gives up must not take with it a
 * image that was paid for, so the work is done anew with the interrupt put aside.
 */
final class Uninterrupted {

    private Uninterrupted() {}

    /** Runs work that may be run again from its start. */
    static <T> T call(IoCall<T> repeatable) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return repeatable.call();
                } catch (ClosedByInterruptException | FileLockInterruptionException e) {
                    Thread.interrupted();
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

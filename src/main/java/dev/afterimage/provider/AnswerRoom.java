package dev.afterimage.provider;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of answers the process holds at once, from the moment a call is sent until its image is stored, so that
 * many large images together cannot exhaust the heap: what breaks by an {@link OutOfMemoryError} was paid for.
 *
 * <p>A call that buys is let in if there is room for an answer of the usual size: that of the largest of late, for the true
 * size is known only when the money is spent. An answer that turns out larger takes more room while it streams in; where there
 * is none it is not read on (the network holds it up, nothing is lost) until others have ended. One answer at a time is read
 * whatever the room, so that they never wait for each other. So at most the given bytes are held, and one answer more.
 */
public final class AnswerRoom {

    /** What an answer is taken for before any has come. */
    private static final long FIRST_GUESS = 256 * 1024;

    /** After a large answer the guess falls by one such part with each smaller one. */
    private static final long FALL = 8;

    /** Less than this says nothing of images (it is a JSON document or an error), and is not worth counting once read. */
    private static final long SMALL = 64 * 1024;

    private final long most;
    private final Set<Stored> kept = new HashSet<>();
    private final ReferenceQueue<byte[]> collected = new ReferenceQueue<>();
    private final Queue<Place> stopped = new ArrayDeque<>();
    private long taken;
    private long usual = FIRST_GUESS;
    private int places;
    private @Nullable Place favoured;

    /**
     * A room of that size.
     *
     * @param most bytes, at least 1
     */
    public AnswerRoom(long most) {
        this.most = most;
    }

    /** A quarter of the heap: an image may lie in it a second time while it is stored, and the service needs the rest. */
    public static AnswerRoom ofHeap() {
        return new AnswerRoom(Math.max(1, Runtime.getRuntime().maxMemory() / 4));
    }

    /**
     * A place for a call that is not paid for yet; empty when there is no room now.
     *
     * @param maxBytes the longest that its answer may be
     */
    synchronized Optional<Place> enter(long maxBytes) {
        forgetCollected();
        long expected = Math.min(usual, maxBytes);
        if (places > 0 && taken + expected > most) {
            return Optional.empty();
        }
        return Optional.of(new Place(expected));
    }

    /** A place for what is paid for already: it is let in always, and takes its room while it is read. */
    synchronized Place enterPaid() {
        return new Place(0);
    }

    /** The image that came with these bytes is stored; quietly when they did not come with an answer. */
    public void free(byte[] body) {
        List<Runnable> goOn;
        synchronized (this) {
            kept.removeIf(one -> {
                boolean same = one.refersTo(body);
                if (same) {
                    taken -= one.bytes;
                }
                return same;
            });
            goOn = letGoOn();
        }
        goOn.forEach(Runnable::run);
    }

    /** Images that were never stored (they were none, or the store failed) are counted until the heap is rid of them. */
    private void forgetCollected() {
        for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
            if (gone instanceof Stored one && kept.remove(one)) {
                taken -= one.bytes;
            }
        }
    }

    private List<Runnable> letGoOn() {
        List<Runnable> goOn = new ArrayList<>();
        while (!stopped.isEmpty() && stopped.element().takes()) {
            goOn.add(stopped.remove().goOn);
        }
        return goOn;
    }

    /** A body that left its place, and is still somewhere on its way to the store. */
    private static final class Stored extends WeakReference<byte[]> {

        private final long bytes;

        Stored(byte[] body, ReferenceQueue<byte[]> collected) {
            super(body, collected);
            this.bytes = body.length;
        }
    }

    /** The room of one answer. */
    final class Place {

        private long held;
        private long wanted;
        private boolean left;
        private Runnable goOn = () -> {};

        private Place(long held) {
            this.held = held;
            taken += held;
            places++;
        }

        /**
         * Takes so much room in all.
         *
         * @param whenThereIs run, on another thread, as soon as there is room after all
         * @return whether there is
         */
        boolean grow(long bytes, Runnable whenThereIs) {
            synchronized (AnswerRoom.this) {
                forgetCollected();
                wanted = bytes;
                goOn = whenThereIs;
                if (takes()) {
                    return true;
                }
                stopped.add(this);
                return false;
            }
        }

        private boolean takes() {
            long more = wanted - held;
            if (more > 0 && taken + more > most && favoured != this) {
                if (favoured != null) {
                    return false;
                }
                favoured = this;
            }
            if (more > 0) {
                held = wanted;
                taken += more;
            }
            return true;
        }

        /** The answer was read: its body is counted on until it is {@linkplain AnswerRoom#free stored}. */
        void leave(byte[] body) {
            leave(Optional.of(body).filter(bytes -> bytes.length > SMALL));
        }

        /** Nothing came of it. */
        void leave() {
            leave(Optional.empty());
        }

        private void leave(Optional<byte[]> body) {
            List<Runnable> goOn;
            synchronized (AnswerRoom.this) {
                if (left) {
                    return;
                }
                left = true;
                places--;
                taken -= held;
                stopped.remove(this);
                if (favoured == this) {
                    favoured = null;
                }
                body.ifPresent(bytes -> {
                    kept.add(new Stored(bytes, collected));
                    taken += bytes.length;
                    usual = Math.max(bytes.length, usual - (usual - bytes.length) / FALL);
                });
                goOn = letGoOn();
            }
            goOn.forEach(Runnable::run);
        }
    }
}

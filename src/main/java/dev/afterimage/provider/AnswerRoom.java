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
 * A bound on the bytes of answers that the process holds at once, from the moment a call is sent until its image is
 * stored. Without it many large images together could exhaust the heap, and images that were paid for would be lost.
 *
 * <p>A call that buys is let in if there is room for an answer of the usual size, which is about the largest of the last
 * ones: the true size is known only when the money is spent. A larger answer takes more room while it streams in; where
 * there is none, it is not read further until others have ended (the network holds it back, and nothing is lost). One
 * answer at a time is read without room, so that answers never wait for each other in a circle. A call is also let in
 * while no other is under way, so that bodies which were never stored cannot stop the service. So about the given bytes
 * are held, and a few answers more where the store is slow.
 */
public final class AnswerRoom {

    /** The usual size before the first answer, in bytes. */
    private static final long FIRST_GUESS = 256 * 1024;

    /** With each smaller answer the usual size falls by the difference divided by this. */
    private static final long FALL = 8;

    /**
     * Answers smaller than this, in bytes, are JSON documents or errors: they say nothing about the size of images, and
     * are not counted once they were read.
     */
    private static final long SMALL = 64 * 1024;

    private final long most;
    /** The bodies that were read and are not stored yet. */
    private final Set<ReadBody> unstored = new HashSet<>();

    private final ReferenceQueue<byte[]> collected = new ReferenceQueue<>();

    /** The answers that are not read further until there is room. */
    private final Queue<Place> stopped = new ArrayDeque<>();

    private long taken;
    private long usual = FIRST_GUESS;
    private int places;

    /** The one answer that is read without room; null when there is none. */
    private @Nullable Place favoured;

    /**
     * A room that is empty.
     *
     * @param most how many bytes it holds, at least 1
     */
    public AnswerRoom(long most) {
        this.most = most;
    }

    /**
     * A room of a quarter of the heap: an image may be in memory twice while it is stored, and the service needs the
     * rest.
     */
    public static AnswerRoom ofHeap() {
        return new AnswerRoom(Math.max(1, Runtime.getRuntime().maxMemory() / 4));
    }

    /**
     * A place for a call that is not paid for yet; empty when there is no room now.
     *
     * @param maxBytes the largest size that its answer may have, in bytes
     */
    synchronized Optional<Place> enter(long maxBytes) {
        forgetCollected();
        long expected = Math.min(usual, maxBytes);
        if (places > 0 && taken + expected > most) {
            return Optional.empty();
        }
        return Optional.of(new Place(expected));
    }

    /**
     * A place for an answer that is paid for already: the call is always let in, and the answer takes room only as it
     * streams in.
     */
    synchronized Place enterPaid() {
        return new Place(0);
    }

    /** To be called when the image of these bytes is stored: frees their room. Does nothing for other bytes. */
    public void free(byte[] body) {
        List<Runnable> resumed;
        synchronized (this) {
            unstored.removeIf(one -> {
                boolean same = one.refersTo(body);
                if (same) {
                    taken -= one.bytes;
                }
                return same;
            });
            resumed = takeForStopped();
        }
        resumed.forEach(Runnable::run);
    }

    /**
     * Frees the room of bodies that were never stored (they were no images, or the store failed) and are garbage
     * collected.
     */
    private void forgetCollected() {
        for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
            if (gone instanceof ReadBody one && unstored.remove(one)) {
                taken -= one.bytes;
            }
        }
    }

    /** Takes room for the stopped answers, the oldest first, while there is any. Returns the actions that resume them. */
    private List<Runnable> takeForStopped() {
        List<Runnable> resumed = new ArrayList<>();
        while (!stopped.isEmpty() && stopped.element().tryTake()) {
            resumed.add(stopped.remove().resume);
        }
        return resumed;
    }

    /** A body that was read, and is on its way to the store. */
    private static final class ReadBody extends WeakReference<byte[]> {

        private final long bytes;

        ReadBody(byte[] body, ReferenceQueue<byte[]> collected) {
            super(body, collected);
            this.bytes = body.length;
        }
    }

    /** The room of one answer. */
    final class Place {

        private long held;
        private long wanted;
        private boolean left;
        private Runnable resume = () -> {};

        private Place(long held) {
            this.held = held;
            taken += held;
            places++;
        }

        /**
         * Takes room for {@code bytes} in all. After the place was left it takes none, and says that there is room: the
         * answer may have timed out while its bytes were handled, and is read no further anyway.
         *
         * @param whenRoom run on another thread as soon as there is room, if there is none now
         * @return whether there is room now
         */
        boolean grow(long bytes, Runnable whenRoom) {
            synchronized (AnswerRoom.this) {
                if (left) {
                    return true;
                }
                forgetCollected();
                wanted = bytes;
                resume = whenRoom;
                if (tryTake()) {
                    return true;
                }
                stopped.add(this);
                return false;
            }
        }

        private boolean tryTake() {
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

        /** The answer was read: its body stays counted until it is {@linkplain AnswerRoom#free stored}. */
        void leave(byte[] body) {
            leave(Optional.of(body).filter(bytes -> bytes.length > SMALL));
        }

        /** The call brought no answer: frees its room. Does nothing after {@link #leave(byte[])}. */
        void leave() {
            leave(Optional.empty());
        }

        private void leave(Optional<byte[]> body) {
            List<Runnable> resumed;
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
                    unstored.add(new ReadBody(bytes, collected));
                    taken += bytes.length;
                    usual = Math.max(bytes.length, usual - (usual - bytes.length) / FALL);
                });
                resumed = takeForStopped();
            }
            resumed.forEach(Runnable::run);
        }
    }
}

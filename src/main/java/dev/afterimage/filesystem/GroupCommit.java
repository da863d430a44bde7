package dev.afterimage.filesystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets all who want one of a counted thing at the same moment share one synced write (group commit, as databases do it):
 * while one write is under way the next ones gather, and are written together. Nobody is answered before his own is on the
 * device.
 */
final class GroupCommit {

    /** Takes up to so many at once, and returns how many there were; synced when it returns. */
    @FunctionalInterface
    interface Taking {
        int take(int wanted) throws IOException;
    }

    private final Taking taking;
    private final ReentrantLock lock = new ReentrantLock();
    private List<CompletableFuture<Boolean>> gathered = new ArrayList<>();
    private boolean writing;

    GroupCommit(Taking taking) {
        this.taking = taking;
    }

    /** Whether there was one. Blocks until that is on the device. */
    boolean takeOne() throws IOException {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        if (joinAndLead(mine)) {
            Thread.ofVirtual().name("group-commit").start(this::writeAll);
        }
        try {
            return mine.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof IOException known ? known : new IOException(failed.getCause());
        }
    }

    private boolean joinAndLead(CompletableFuture<Boolean> mine) {
        lock.lock();
        try {
            gathered.add(mine);
            boolean lead = !writing;
            writing = true;
            return lead;
        } finally {
            lock.unlock();
        }
    }

    private void writeAll() {
        for (List<CompletableFuture<Boolean>> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
            write(group);
        }
    }

    private List<CompletableFuture<Boolean>> nextGroup() {
        lock.lock();
        try {
            List<CompletableFuture<Boolean>> group = gathered;
            gathered = new ArrayList<>();
            writing = !group.isEmpty();
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<CompletableFuture<Boolean>> group) {
        try {
            int taken = taking.take(group.size());
            for (int place = 0; place < group.size(); place++) {
                group.get(place).complete(place < taken);
            }
        } catch (IOException | RuntimeException failure) {
            group.forEach(one -> one.completeExceptionally(failure));
        }
    }
}

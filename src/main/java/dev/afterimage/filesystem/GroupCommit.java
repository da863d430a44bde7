package dev.afterimage.filesystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets all who write something at the same moment share one synced write (group commit, as databases do it): while one write
 * is under way the next ones gather, and are written together. Nobody is answered before his own is on the device.
 *
 * @param <T> what one of them writes
 * @param <R> what he is answered; never null
 */
final class GroupCommit<T, R> {

    /** Writes what has gathered; synced when it returns, with an answer for each in the same order. */
    @FunctionalInterface
    interface Writing<T, R> {
        List<R> write(List<T> gathered) throws IOException;
    }

    private record Entry<T, R>(T content, CompletableFuture<R> answer) {}

    private final Writing<T, R> writing;
    private final ReentrantLock lock = new ReentrantLock();
    private List<Entry<T, R>> gathered = new ArrayList<>();
    private boolean busy;

    GroupCommit(Writing<T, R> writing) {
        this.writing = writing;
    }

    /** Blocks until it is on the device. */
    R commit(T content) throws IOException {
        Entry<T, R> mine = new Entry<>(content, new CompletableFuture<>());
        if (joinAndLead(mine)) {
            Thread.ofVirtual().name("group-commit").start(this::writeAll);
        }
        try {
            return mine.answer().join();
        } catch (CompletionException failed) {
            switch (failed.getCause()) {
                case IOException known -> throw known;
                case RuntimeException known -> throw known;
                case null, default -> throw failed;
            }
        }
    }

    private boolean joinAndLead(Entry<T, R> mine) {
        lock.lock();
        try {
            gathered.add(mine);
            boolean lead = !busy;
            busy = true;
            return lead;
        } finally {
            lock.unlock();
        }
    }

    private void writeAll() {
        for (List<Entry<T, R>> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
            write(group);
        }
    }

    private List<Entry<T, R>> nextGroup() {
        lock.lock();
        try {
            List<Entry<T, R>> group = gathered;
            gathered = new ArrayList<>();
            busy = !group.isEmpty();
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Entry<T, R>> group) {
        try {
            List<R> answers = writing.write(group.stream().map(Entry::content).toList());
            for (int place = 0; place < group.size(); place++) {
                group.get(place).answer().complete(answers.get(place));
            }
        } catch (Throwable failure) { // an Error must not strand those who wait
            group.forEach(one -> one.answer().completeExceptionally(failure));
        }
    }
}

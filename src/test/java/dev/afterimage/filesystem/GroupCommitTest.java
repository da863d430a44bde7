package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void oneAloneIsWrittenAtOnce() throws Exception {
        List<Integer> writes = new ArrayList<>();
        GroupCommit commit = new GroupCommit(wanted -> {
            writes.add(wanted);
            return wanted;
        });
        assertThat(commit.takeOne()).isTrue();
        assertThat(commit.takeOne()).isTrue();
        assertThat(writes).containsExactly(1, 1);
    }

    @Test
    void manyAtOnceShareWritesAndNoMoreGetOneThanThereAre() throws Exception {
        AtomicInteger left = new AtomicInteger(60);
        AtomicInteger writes = new AtomicInteger();
        CountDownLatch firstIsWriting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        GroupCommit commit = new GroupCommit(wanted -> {
            writes.incrementAndGet();
            firstIsWriting.countDown();
            awaitQuietly(goOn);
            int taken = Math.min(wanted, left.get());
            left.addAndGet(-taken);
            return taken;
        });
        List<Future<Boolean>> takers = new ArrayList<>();
        takers.add(threads.submit(commit::takeOne));
        firstIsWriting.await();
        for (int i = 1; i < 100; i++) {
            takers.add(threads.submit(commit::takeOne));
        }
        goOn.countDown();
        int got = 0;
        for (Future<Boolean> taker : takers) {
            got += taker.get() ? 1 : 0;
        }
        assertThat(got).isEqualTo(60);
        assertThat(writes.get()).isLessThan(100);
    }

    @Test
    void aFailedWriteFailsThoseWhoseItWasAndNobodyAfterThem() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        GroupCommit commit = new GroupCommit(wanted -> {
            if (writes.incrementAndGet() == 1) {
                throw new IOException("full");
            }
            return wanted;
        });
        assertThatThrownBy(commit::takeOne).isInstanceOf(IOException.class).hasMessageContaining("full");
        assertThat(commit.takeOne()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

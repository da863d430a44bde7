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
        List<List<String>> writes = new ArrayList<>();
        GroupCommit<String, String> commit = new GroupCommit<>(gathered -> {
            writes.add(gathered);
            return gathered;
        });
        assertThat(commit.commit("a")).isEqualTo("a");
        assertThat(commit.commit("b")).isEqualTo("b");
        assertThat(writes).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void manyAtOnceShareAWriteAndGetTheirOwnAnswers() throws Exception {
        List<List<Integer>> writes = new ArrayList<>();
        CountDownLatch firstIsWriting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        GroupCommit<Integer, Integer> commit = new GroupCommit<>(gathered -> {
            writes.add(gathered);
            firstIsWriting.countDown();
            awaitQuietly(goOn);
            return gathered.stream().map(one -> -one).toList();
        });
        List<Future<Integer>> answers = new ArrayList<>();
        answers.add(threads.submit(() -> commit.commit(0)));
        firstIsWriting.await();
        for (int i = 1; i < 100; i++) {
            int content = i;
            answers.add(threads.submit(() -> commit.commit(content)));
        }
        goOn.countDown();
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get()).isEqualTo(-i);
        }
        assertThat(writes.stream().flatMap(List::stream)).hasSize(100).doesNotHaveDuplicates();
        assertThat(writes).hasSizeLessThan(100);
    }

    @Test
    void aFailedWriteFailsThoseWhoseItWasAndNobodyAfterThem() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        GroupCommit<String, String> commit = new GroupCommit<>(gathered -> {
            if (writes.incrementAndGet() == 1) {
                throw new IOException("full");
            }
            return gathered;
        });
        assertThatThrownBy(() -> commit.commit("a"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("full");
        assertThat(commit.commit("b")).isEqualTo("b");
    }

    @Test
    void anErrorStrandsNobody() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        GroupCommit<String, String> commit = new GroupCommit<>(gathered -> {
            if (writes.incrementAndGet() == 1) {
                throw new OutOfMemoryError("for this test");
            }
            return gathered;
        });
        assertThatThrownBy(() -> commit.commit("a")).hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(commit.commit("b")).isEqualTo("b");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.afterimage.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual exclusion of threads and processes. */
class FileMutexTest {

    @TempDir
    Path root;

    private int unguarded;

    @Test
    void threadsHoldItOneAtATime() throws Exception {
        Callable<Integer> raise = () -> mutex().hold(() -> unguarded++);

        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            assertThat(threads.invokeAll(Collections.nCopies(400, raise)))
                    .extracting(Future::get)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void twoPathsToOneFileAreOneMutex() throws Exception {
        Path alias = Files.createSymbolicLink(root.resolve("alias"), Files.createDirectories(root.resolve("locks")));

        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Boolean> second = mutex().hold(() -> {
                Future<Boolean> waiting = threads.submit(() -> new FileMutex(alias.resolve("it")).hold(() -> true));
                assertStillWaiting(waiting);
                return waiting;
            });
            assertThat(second.get()).isTrue();
        }
    }

    @Test
    void theMutexIsFreeAfterWorkThatFailed() throws IOException {
        assertThatIOException()
                .isThrownBy(() -> mutex().hold(() -> {
                    throw new IOException("no");
                }));

        assertThat(mutex().<Boolean>hold(() -> true)).isTrue();
    }

    @Test
    void aThreadThatIsInterruptedWhileItWaitsStillGetsIt() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (JavaProcess other = JavaProcess.start(Holder.class, root.resolve("locks/it"));
                ExecutorService threads = Executors.newFixedThreadPool(1)) {
            assertThat(other.nextLine()).isEqualTo("held");
            Thread[] waiter = new Thread[1];
            Future<Boolean> interrupted = threads.submit(() -> {
                waiter[0] = Thread.currentThread();
                started.countDown();
                return mutex().hold(() -> true) && Thread.interrupted();
            });
            started.await();
            waiter[0].interrupt();
            assertStillWaiting(interrupted);

            other.send("give it up");

            assertThat(interrupted.get()).isTrue();
        }
    }

    @Test
    void theMutexOfAKilledProcessIsFree() throws Exception {
        try (JavaProcess other = JavaProcess.start(Holder.class, root.resolve("locks/it"));
                ExecutorService threads = Executors.newFixedThreadPool(1)) {
            assertThat(other.nextLine()).isEqualTo("held");
            Future<Boolean> waiting = threads.submit(() -> mutex().hold(() -> true));
            assertStillWaiting(waiting);

            other.kill();

            assertThat(waiting.get()).isTrue();
        }
    }

    private FileMutex mutex() {
        return new FileMutex(root.resolve("locks/it"));
    }

    private static void assertStillWaiting(Future<?> waiting) {
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> waiting.get(100, TimeUnit.MILLISECONDS));
    }

    /** A process that holds the mutex until it is told something. */
    static final class Holder {

        public static void main(String[] args) throws IOException {
            new FileMutex(Path.of(args[0])).hold(() -> {
                System.out.println("held");
                return System.in.read();
            });
        }
    }
}

package dev.afterimage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.testing.TestImages;
import dev.afterimage.time.Pause;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeaseRenewerTest {

    private static final Lease LEASE = new Lease(TestImages.key(1), Lane.INTERACTIVE, "token", Duration.ofSeconds(6));

    private final BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();
    private final BlockingQueue<Lease> renewed = new LinkedBlockingQueue<>();
    private final AtomicInteger held = new AtomicInteger();
    private final Semaphore passed = new Semaphore(0);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Pause pause = duration -> {
        waits.add(duration);
        try {
            passed.acquire();
        } catch (InterruptedException stopped) {
            interrupted.countDown();
            throw stopped;
        }
    };

    private FlightLeases leases(BooleanSupplier held) {
        return (FlightLeases) Proxy.newProxyInstance(
                FlightLeases.class.getClassLoader(),
                new Class<?>[] {FlightLeases.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("renew");
                    renewed.add((Lease) arguments[0]);
                    return held.getAsBoolean();
                });
    }

    @Test
    void aLeaseIsRenewedThreeTimesInItsLifeAsLongAsTheWorkLasts() throws Exception {
        LeaseRenewer renewer = LeaseRenewer.start(LEASE, leases(() -> true), held::incrementAndGet, pause, threads);
        for (int renewal = 0; renewal < 5; renewal++) {
            assertThat(waits.take()).isEqualTo(Duration.ofSeconds(2));
            assertThat(renewed).isEmpty();
            passed.release();
            assertThat(renewed.take()).isEqualTo(LEASE);
        }

        renewer.stop();
        interrupted.await();
    }

    @Test
    void failedRenewalIsTriedAgainBeforeTheLeaseEnds() throws Exception {
        LeaseRenewer renewer = LeaseRenewer.start(
                LEASE,
                leases(() -> {
                    throw new IllegalStateException("down");
                }),
                held::incrementAndGet,
                pause,
                threads);
        passed.release(2);

        assertThat(renewed.take()).isEqualTo(LEASE);
        assertThat(renewed.take()).isEqualTo(LEASE);
        renewer.stop();
        interrupted.await();
    }
}

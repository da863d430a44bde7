package dev.afterimage.generation;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PermittedGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final Duration REJECTION_TTL = Duration.ofMinutes(3);
    private static final Duration LONGEST_CALL = Duration.ofMinutes(1);

    private final MutableClock clock = new MutableClock();
    private final FakePause pause = new FakePause(clock);
    private final List<String> events = new ArrayList<>();
    private final List<CallOutcome> settled = new ArrayList<>();
    private final Recorder limiter = new Recorder();
    private final PermitAcquirer gate = new PermitAcquirer(limiter, clock, pause, new Random(1));
    private final FakeGenerator provider = new FakeGenerator();
    private final Orders order = Orders.next();
    private int silences;
    private Optional<Duration> nextPurchase = Optional.of(Duration.ofSeconds(50));

    /** Grants everything except the departures that a test gives other answers to, and records what it was asked. */
    private final class Recorder implements ProviderLimiter {
        private final List<Supplier<Permit>> departures = new ArrayList<>();
        private boolean lost;

        @Override
        public Permit acquire(List<String> accounts, Lane lane, Duration mostPatience) {
            events.add("acquire");
            return new Granted("t", DEFAULT_ACCOUNT, lane, Duration.ZERO);
        }

        @Override
        public Permit acquirePoll(String account, Lane lane, Duration patience) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Permit depart(Granted permit, Purchase purchase) {
            events.add("depart");
            return departures.isEmpty()
                    ? new Departed(permit.token(), permit.lane(), purchase, clock.instant(), Duration.ZERO)
                    : departures.removeFirst().get();
        }

        @Override
        public Permit redepart(Departed call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void restamp(Departed call) {
            events.add("restamp");
            requireReachable();
        }

        @Override
        public void release(Granted permit) {
            events.add("release");
            requireReachable();
        }

        private void requireReachable() {
            if (lost) {
                throw new FleetUnavailableException("silence", null);
            }
        }

        @Override
        public void coolDown(String account, Duration wait) {}

        @Override
        public boolean lower(String account, int calls, Duration window) {
            return false;
        }

        @Override
        public void stop(String account, LaneStop.Reason reason) {
            events.add("stop " + reason);
            requireReachable();
        }

        @Override
        public LimiterStatus status() {
            return new LimiterStatus(List.of(new LimiterStatus.Account(DEFAULT_ACCOUNT, Duration.ZERO, 0, List.of())));
        }
    }

    /** Only settles calls; the first {@code silences} attempts fail. */
    private Receipts receipts() {
        return (Receipts) Proxy.newProxyInstance(
                Receipts.class.getClassLoader(), new Class<?>[] {Receipts.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("settle");
                    if (silences-- > 0) {
                        throw new FleetUnavailableException("silence", null);
                    }
                    settled.add((CallOutcome) arguments[1]);
                    events.add("settle");
                    return new Receipts.Settlement(false, nextPurchase);
                });
    }

    private GeneratedImage generate(ImageGenerator next) {
        return generate(new LocalRateLimit(), next);
    }

    private GeneratedImage generate(LocalRateLimit belt, ImageGenerator next) {
        Attempt attempt = new Attempt(
                Lane.INTERACTIVE,
                Deadline.in(Duration.ofSeconds(20), clock),
                order,
                () -> events.add("told of departure"),
                DEFAULT_ACCOUNT);
        CallSettler settler = new CallSettler(receipts(), LONGEST_CALL, clock, pause, new CallersThread());
        AccountChoice accounts = new AccountChoice(new Permitted.OneAccount(), clock);
        return new PermittedGenerator(accounts, gate, belt, settler, REJECTION_TTL, clock, next)
                .generate(REQUEST, attempt);
    }

    private <T extends RuntimeException> T failed(Class<T> kind, RuntimeException failure) {
        provider.failsWith(failure);
        return catchThrowableOfType(kind, () -> generate(provider));
    }

    @Test
    void theReceiptOfACallThatBroughtAnImageStaysOpenUntilThatIsStored() {
        assertThat(generate(provider)).isNotNull();

        assertThat(events).containsExactly("acquire", "depart", "told of departure");
        assertThat(order.calls()).hasSize(1);
    }

    @Test
    void aPermitThatLapsedIsReplacedAndNothingWasBilled() {
        Supplier<Permit> lapses = () -> new Denied(Duration.ofMillis(1), Permit.Reason.LAPSED);
        limiter.departures.addAll(List.of(lapses, lapses));

        assertThat(generate(provider)).isNotNull();

        assertThat(provider.calls()).isEqualTo(1);
        assertThat(events.stream().filter("acquire"::equals)).hasSize(3);
        assertThat(events.stream().filter("release"::equals)).hasSize(2);
        assertThat(settled).containsExactly(new CallOutcome.NotBilled(), new CallOutcome.NotBilled());
    }

    @Test
    void callRefusedByTheLocalRateLimitLeavesNoReceipt() {
        LocalRateLimit belt = new LocalRateLimit() {
            private boolean full = true;

            @Override
            public void pass() {
                if (full) {
                    full = false;
                    throw new RateLimitException(0);
                }
            }
        };

        assertThat(generate(belt, provider)).isNotNull();
        assertThat(provider.calls()).isEqualTo(1);
        assertThat(events.stream().filter("acquire"::equals)).hasSize(2);
        assertThat(settled).containsExactly(new CallOutcome.NotBilled());
    }

    @Test
    void lateWriteMovesTheDepartureTime() {
        generate((request, attempt) -> {
            attempt.departure().now();
            clock.advance(Duration.ofMillis(50));
            attempt.departure().written(clock.instant());
            return FakeGenerator.image();
        });

        assertThat(events).containsExactly("acquire", "depart", "told of departure", "restamp");
    }

    @Test
    void aCallThatFailedBeforeItLeftGivesItsPermitBackAndHasNoReceipt() {
        assertThatThrownBy(() -> generate((request, attempt) -> {
                    throw new UnavailableException("connection refused", null);
                }))
                .isInstanceOf(UnavailableException.class);

        assertThat(events).containsExactly("acquire", "release");
    }

    @Test
    void unbilledCallEndsItsReceipt() {
        failed(ThrottledException.class, ThrottledException.byProvider(Duration.ofSeconds(3)));

        assertThat(settled).containsExactly(new CallOutcome.NotBilled());
    }

    @Test
    void unknownOutcomeSaysWhenItMayBeBoughtAgain() {
        OutcomeUnknownException silence =
                failed(OutcomeUnknownException.class, new OutcomeUnknownException("silence", null));

        assertThat(silence.nextPurchase()).contains(Duration.ofSeconds(50));
        assertThat(settled).containsExactly(new CallOutcome.Unknown("silence", false));
    }

    @Test
    void ambiguousServerErrorCountsAsAnsweredWithUnknownOutcome() {
        nextPurchase = Optional.empty();

        OutcomeUnknownException error =
                failed(OutcomeUnknownException.class, OutcomeUnknownException.serverError("500"));

        assertThat(error.nextPurchase()).isEmpty();
        assertThat(settled).containsExactly(new CallOutcome.Unknown("500", true));
    }

    @Test
    void unusableAnswerCountsAsAPurchase() {
        NotAnImageException html = failed(NotAnImageException.class, new NotAnImageException("html"));

        assertThat(html.nextPurchase()).contains(Duration.ofSeconds(50));
        assertThat(settled).containsExactly(new CallOutcome.Unusable("html"));
    }

    @Test
    void rejectionIsKeptInTheReceipt() {
        failed(RejectedException.class, new RejectedException(RejectedException.Reason.DATA, "no title"));

        assertThat(settled).containsExactly(new CallOutcome.Rejected("DATA no title", REJECTION_TTL));
        RejectedException remembered = RejectedException.remembered("DATA no title");
        assertThat(remembered.reason()).isEqualTo(RejectedException.Reason.DATA);
        assertThat(remembered).hasMessage("no title");
    }

    @Test
    void unexpectedExceptionAfterDepartureIsAnUnknownOutcome() {
        failed(IllegalStateException.class, new IllegalStateException("apiKey=s3cret"));

        assertThat(settled).containsExactly(new CallOutcome.Unknown("unexpected IllegalStateException", false));
    }

    @Test
    void aRefusedKeyAndAnEmptyAccountStopTheLanes() {
        failed(AccessRefusedException.class, new AccessRefusedException("401"));
        failed(OutOfCreditsException.class, new OutOfCreditsException("402", Instant.MAX));

        assertThat(events).contains("stop ACCESS_REFUSED", "stop OUT_OF_CREDITS");
        assertThat(settled).containsExactly(new CallOutcome.NotBilled(), new CallOutcome.NotBilled());
    }

    @Test
    void limiterFailureAfterDepartureDoesNotLoseTheImage() {
        GeneratedImage image = generate((request, attempt) -> {
            attempt.departure().now();
            limiter.lost = true;
            clock.advance(Duration.ofSeconds(1));
            attempt.departure().written(clock.instant());
            return FakeGenerator.image();
        });

        assertThat(image).isNotNull();
        assertThat(events).contains("restamp");
        assertThat(settled).isEmpty();
    }

    @Test
    void limiterFailureHidesNeitherARefusedKeyNorAnUndepartedCall() {
        limiter.lost = true;

        failed(AccessRefusedException.class, new AccessRefusedException("401"));
        assertThatThrownBy(() -> generate((request, attempt) -> {
                    throw new UnavailableException("DNS", null);
                }))
                .hasMessage("DNS");

        assertThat(events).contains("stop ACCESS_REFUSED", "release");
        assertThat(settled).containsExactly(new CallOutcome.NotBilled());
    }

    @Test
    void receiptThatRefusedTheCallIsNotSettled() {
        limiter.departures.add(
                () -> new Permit.Refused(Receipt.State.OPEN, Duration.ofSeconds(9), false, Instant.EPOCH, "", false));

        assertThatThrownBy(() -> generate(provider))
                .isInstanceOfSatisfying(
                        ReceiptStandsException.class,
                        standing -> assertThat(standing.refused().retryAfter()).isEqualTo(Duration.ofSeconds(9)));
        assertThat(provider.calls()).isZero();
        assertThat(settled).isEmpty();
        assertThat(events).endsWith("release");
    }

    /** The limiter may have written the receipt before its answer was lost. */
    @Test
    void aDepartureWhoseAnswerIsLostIsSettledAsNotBilledInTheBackground() {
        limiter.departures.add(() -> {
            throw new FleetUnavailableException("time-out", null);
        });
        silences = 3;

        assertThatThrownBy(() -> generate(provider)).isInstanceOf(FleetUnavailableException.class);

        assertThat(provider.calls()).isZero();
        assertThat(settled).containsExactly(new CallOutcome.NotBilled());
    }

    @Test
    void settlingIsGivenUpAfterAnHour() {
        silences = Integer.MAX_VALUE;

        OutcomeUnknownException silence =
                failed(OutcomeUnknownException.class, new OutcomeUnknownException("silence", null));

        assertThat(silence.nextPurchase()).contains(LONGEST_CALL);
        assertThat(settled).isEmpty();
        assertThat(pause.waits()).hasSize(3600);
    }
}

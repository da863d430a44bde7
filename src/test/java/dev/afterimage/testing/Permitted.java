package dev.afterimage.testing;

import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.AccountChoice.Accounts;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.PermittedGenerator;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Executor;

/** Lets a generator's calls leave with a permit and a receipt, as the service composes it, without the other guards. */
public final class Permitted {

    /** Hardly any limit, for tests of something else. */
    public static final Limits WIDE =
            new Limits(1_000_000, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(60));

    public static final Duration REJECTION_TTL = Duration.ofMinutes(1);

    private Permitted() {}

    public static CallSettler settler(Receipts receipts, Clock clock, Pause pause, Executor threads) {
        return new CallSettler(receipts, WIDE.longestCall(), clock, pause, threads);
    }

    public static ImageGenerator generator(
            ImageGenerator provider, ProviderLimiter limiter, CallSettler settler, Clock clock, Pause pause) {
        return generator(provider, new AccountChoice(new OneAccount(), clock), limiter, settler, clock, pause);
    }

    public static ImageGenerator generator(
            ImageGenerator provider,
            AccountChoice accounts,
            ProviderLimiter limiter,
            CallSettler settler,
            Clock clock,
            Pause pause) {
        return new PermittedGenerator(
                accounts,
                new PermitAcquirer(limiter, clock, pause, new Random(1)),
                new LocalRateLimit(),
                settler,
                REJECTION_TTL,
                clock,
                provider);
    }

    /** A provider that is its one account, at which every image costs one credit. */
    public record OneAccount() implements Accounts {
        @Override
        public List<String> of(ImageRequest request) {
            return Limiters.ONE;
        }

        @Override
        public double cost(ImageRequest request) {
            return 1;
        }

        @Override
        public String budget(ImageRequest request, String account) {
            return account;
        }

        @Override
        public boolean knowsNames(ImageRequest request) {
            return false;
        }
    }

    /** A limiter that lets everything through. */
    public static MemoryLimiter limiter(MutableClock clock) {
        return Limiters.memory(WIDE, clock);
    }
}

package dev.afterimage.http.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the wrong keys of each remote address, of which {@value #MOST_ADDRESSES} are remembered; an IPv6 address counts as
 * its {@linkplain Client#network network}. An address that sent too many is answered 429 in place of 401 for a while. A right
 * key is let in all the same: behind one address there may be an office or a load balancer, where one client's wrong keys
 * would lock the others out; and right keys cannot be found by trying.
 */
final class WrongKeys {

    static final int MOST_ADDRESSES = 10_000;
    static final int MOST = 20;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final Cache<String, AtomicInteger> counts;

    WrongKeys(Ticker ticker) {
        counts = Caffeine.newBuilder()
                .maximumSize(MOST_ADDRESSES)
                .expireAfterWrite(WINDOW)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** Counts one more, and says whether they are too many. The count begins anew a minute after the first. */
    boolean tooMany(String address) {
        return counts.get(Client.network(address), unknown -> new AtomicInteger())
                        .incrementAndGet()
                > MOST;
    }

    long remembered() {
        counts.cleanUp();
        return counts.estimatedSize();
    }
}

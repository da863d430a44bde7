package dev.afterimage.limit;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A map from tokens to values whose entries expire, each at its own time. Every operation costs O(log n). */
final class ExpiringTokens<V> {

    private record Entry<V>(String token, V value, long expiry) {}

    private final Map<String, Entry<V>> byToken = new HashMap<>();
    // Holds removed entries too, until their time; an entry counts only while byToken holds the very same.
    private final PriorityQueue<Entry<V>> byExpiry = new PriorityQueue<>((a, b) -> Long.compare(a.expiry, b.expiry));

    /** Keeps a token until {@code expiry}, in place of its former value. */
    void put(String token, V value, long expiry) {
        Entry<V> entry = new Entry<>(token, value, expiry);
        byToken.put(token, entry);
        byExpiry.add(entry);
    }

    @Nullable V remove(String token) {
        Entry<V> removed = byToken.remove(token);
        return removed == null ? null : removed.value;
    }

    void expireUpTo(long now) {
        for (Entry<V> first = byExpiry.peek(); first != null && first.expiry <= now; first = byExpiry.peek()) {
            byExpiry.remove();
            byToken.remove(first.token, first);
        }
    }

    int size() {
        return byToken.size();
    }
}

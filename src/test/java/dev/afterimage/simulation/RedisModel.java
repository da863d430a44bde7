package dev.afterimage.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * A Redis server without a network: the commands that the adapters and their scripts use, as Redis 6.2 answers them. Answers
 * are null, {@link Long}, {@link String} (bulk), {@link Status}, or lists of these.
 */
final class RedisModel {

    /** A simple string, such as OK. */
    record Status(String text) {}

    /** An error reply: what Redis answers with a leading minus sign. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message, null, false, false);
        }
    }

    static final Status OK = new Status("OK");

    private static final class Kept {
        final Object value;
        /** In milliseconds; -1 for never. */
        long expiry = -1;

        Kept(Object value) {
            this.value = value;
        }
    }

    /** Members by score, then by name. */
    static final class SortedMembers {
        private record Place(double score, String member) {}

        private final Map<String, Double> scores = new HashMap<>();
        private final TreeSet<Place> places =
                new TreeSet<>(Comparator.comparingDouble(Place::score).thenComparing(Place::member));

        private boolean put(String member, double score) {
            Double former = scores.put(member, score);
            if (former != null) {
                places.remove(new Place(former, member));
            }
            places.add(new Place(score, member));
            return former == null;
        }

        private boolean remove(String member) {
            Double former = scores.remove(member);
            return former != null && places.remove(new Place(former, member));
        }
    }

    private final Map<String, Kept> keys = new HashMap<>();
    private final Set<String> scripts = new HashSet<>();
    private final LuaScripts lua = LuaScripts.ofThisThread();
    private final LongSupplier micros;

    /**
     * An empty server.
     *
     * @param micros its clock: microseconds since 1970
     */
    RedisModel(LongSupplier micros) {
        this.micros = micros;
    }

    /** Forgets all data, as FLUSHALL does. */
    void flush() {
        keys.clear();
    }

    /** Forgets all data and scripts, as a server that starts anew. */
    void restart() {
        keys.clear();
        scripts.clear();
    }

    int size() {
        return keys.size();
    }

    /**
     * Carries one command out.
     *
     * @throws Refusal when Redis would answer with an error
     */
    Object execute(List<String> command) {
        String name = command.getFirst().toUpperCase(Locale.ROOT);
        List<String> args = command.subList(1, command.size());
        return switch (name) {
            case "PING" -> new Status("PONG");
            case "UNSUBSCRIBE" -> List.of("unsubscribe", 0L);
            case "FLUSHALL" -> {
                flush();
                yield OK;
            }
            case "TIME" -> {
                long now = micros.getAsLong();
                yield List.of(Long.toString(now / 1_000_000), Long.toString(now % 1_000_000));
            }
            case "EVAL" -> {
                String sha = LuaScripts.sha1(args.getFirst());
                lua.learn(sha, args.getFirst());
                scripts.add(sha);
                yield eval(sha, args);
            }
            case "EVALSHA" -> {
                if (!scripts.contains(args.getFirst())) {
                    throw new Refusal("NOSCRIPT No matching script. Please use EVAL.");
                }
                yield eval(args.getFirst(), args);
            }
            case "GET" -> string(args.getFirst());
            case "MGET" -> {
                List<Object> values = new ArrayList<>();
                args.forEach(key -> values.add(string(key)));
                yield values;
            }
            case "SET" -> set(args);
            case "INCR" -> increment(args.getFirst(), 1);
            case "INCRBY" -> increment(args.getFirst(), Long.parseLong(args.get(1)));
            case "DEL", "UNLINK" -> args.stream().filter(this::delete).count();
            case "EXISTS" -> args.stream().filter(key -> find(key) != null).count();
            case "PTTL" -> left(args.getFirst());
            case "TTL" -> {
                long left = left(args.getFirst());
                yield left < 0 ? left : (left + 500) / 1000;
            }
            case "PEXPIRE" -> expire(args.getFirst(), millis() + Long.parseLong(args.get(1)));
            case "EXPIRE" -> expire(args.getFirst(), millis() + 1000 * Long.parseLong(args.get(1)));
            case "PEXPIREAT" -> expire(args.getFirst(), Long.parseLong(args.get(1)));
            case "PERSIST" -> persist(args.getFirst());
            case "HGET" -> hash(args.getFirst()).get(args.get(1));
            case "HMGET" -> {
                Map<String, String> fields = hash(args.getFirst());
                List<Object> values = new ArrayList<>();
                args.subList(1, args.size()).forEach(field -> values.add(fields.get(field)));
                yield values;
            }
            case "HGETALL" -> {
                List<Object> all = new ArrayList<>();
                hash(args.getFirst()).forEach((field, value) -> {
                    all.add(field);
                    all.add(value);
                });
                yield all;
            }
            case "HEXISTS" -> number(hash(args.getFirst()).containsKey(args.get(1)));
            case "HLEN" -> (long) hash(args.getFirst()).size();
            case "HSET" -> hashSet(args);
            case "HSETNX" -> {
                Map<String, String> fields = hashToChange(args.getFirst());
                yield number(fields.putIfAbsent(args.get(1), args.get(2)) == null);
            }
            case "HINCRBY" -> {
                Map<String, String> fields = hashToChange(args.getFirst());
                long sum = Long.parseLong(fields.getOrDefault(args.get(1), "0")) + Long.parseLong(args.get(2));
                fields.put(args.get(1), Long.toString(sum));
                yield sum;
            }
            case "HDEL" -> {
                Map<String, String> fields = hash(args.getFirst());
                long removed = args.subList(1, args.size()).stream()
                        .filter(field -> fields.remove(field) != null)
                        .count();
                forgetEmpty(args.getFirst());
                yield removed;
            }
            case "ZADD" -> sortedAdd(args);
            case "ZREM" -> {
                SortedMembers members = sorted(args.getFirst());
                long removed = args.subList(1, args.size()).stream()
                        .filter(members::remove)
                        .count();
                forgetEmpty(args.getFirst());
                yield removed;
            }
            case "ZCARD" -> (long) sorted(args.getFirst()).scores.size();
            case "ZSCORE" -> {
                Double score = sorted(args.getFirst()).scores.get(args.get(1));
                yield score == null ? null : LuaScripts.text17(score);
            }
            case "ZCOUNT" ->
                (long) between(args.getFirst(), args.get(1), args.get(2)).size();
            case "ZRANGE" -> range(args);
            case "ZRANGEBYSCORE" -> rangeByScore(args);
            case "ZREMRANGEBYSCORE" -> remove(args.getFirst(), between(args.getFirst(), args.get(1), args.get(2)));
            case "ZREMRANGEBYRANK" -> remove(args.getFirst(), ranked(args.getFirst(), args.get(1), args.get(2)));
            case "GETBIT" -> number(bits(args.getFirst()).get(Integer.parseInt(args.get(1))));
            case "SETBIT" -> setBit(args);
            case "SETRANGE" -> setRange(args.getFirst(), Integer.parseInt(args.get(1)), args.get(2));
            case "BITCOUNT" -> (long) bits(args.getFirst()).cardinality();
            default -> throw new Refusal("ERR unknown command `" + name + "`");
        };
    }

    private Object eval(String sha, List<String> args) {
        int keyCount = Integer.parseInt(args.get(1));
        return lua.run(sha, args.subList(2, 2 + keyCount), args.subList(2 + keyCount, args.size()), this::execute);
    }

    private long millis() {
        return micros.getAsLong() / 1000;
    }

    private Kept find(String key) {
        Kept kept = keys.get(key);
        if (kept != null && kept.expiry >= 0 && millis() > kept.expiry) {
            keys.remove(key);
            return null;
        }
        return kept;
    }

    private <T> T value(String key, Class<T> type) {
        Kept kept = find(key);
        if (kept != null && !type.isInstance(kept.value)) {
            throw new Refusal("WRONGTYPE Operation against a key holding the wrong kind of value");
        }
        return kept == null ? null : type.cast(kept.value);
    }

    private String string(String key) {
        return value(key, String.class);
    }

    private Object set(List<String> args) {
        long expiry = -1;
        for (int i = 2; i < args.size(); i++) {
            switch (args.get(i).toUpperCase(Locale.ROOT)) {
                case "NX" -> {
                    if (find(args.getFirst()) != null) {
                        return null;
                    }
                }
                case "XX" -> {
                    if (find(args.getFirst()) == null) {
                        return null;
                    }
                }
                case "PX" -> expiry = millis() + Long.parseLong(args.get(++i));
                case "EX" -> expiry = millis() + 1000 * Long.parseLong(args.get(++i));
                case "PXAT" -> expiry = Long.parseLong(args.get(++i));
                default -> throw new Refusal("ERR syntax error");
            }
        }
        Kept kept = new Kept(args.get(1));
        kept.expiry = expiry;
        keys.put(args.getFirst(), kept);
        return OK;
    }

    private long increment(String key, long by) {
        Kept former = find(key);
        String before = string(key);
        long sum = (before == null ? 0 : Long.parseLong(before)) + by;
        Kept kept = new Kept(Long.toString(sum));
        kept.expiry = former == null ? -1 : former.expiry;
        keys.put(key, kept);
        return sum;
    }

    private boolean delete(String key) {
        return find(key) != null && keys.remove(key) != null;
    }

    private long left(String key) {
        Kept kept = find(key);
        if (kept == null) {
            return -2;
        }
        return kept.expiry < 0 ? -1 : Math.max(0, kept.expiry - millis());
    }

    private long expire(String key, long at) {
        Kept kept = find(key);
        if (kept == null) {
            return 0;
        }
        if (at <= millis()) {
            keys.remove(key);
        } else {
            kept.expiry = at;
        }
        return 1;
    }

    private long persist(String key) {
        Kept kept = find(key);
        if (kept == null || kept.expiry < 0) {
            return 0;
        }
        kept.expiry = -1;
        return 1;
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> hash(String key) {
        Map<String, String> fields = value(key, LinkedHashMap.class);
        return fields == null ? new LinkedHashMap<>() : fields;
    }

    private Map<String, String> hashToChange(String key) {
        Map<String, String> fields = hash(key);
        if (find(key) == null) {
            keys.put(key, new Kept(fields));
        }
        return fields;
    }

    private long hashSet(List<String> args) {
        Map<String, String> fields = hashToChange(args.getFirst());
        long added = 0;
        for (int i = 1; i < args.size(); i += 2) {
            added += fields.put(args.get(i), args.get(i + 1)) == null ? 1 : 0;
        }
        return added;
    }

    private SortedMembers sorted(String key) {
        SortedMembers members = value(key, SortedMembers.class);
        return members == null ? new SortedMembers() : members;
    }

    private long sortedAdd(List<String> args) {
        SortedMembers members = sorted(args.getFirst());
        if (find(args.getFirst()) == null) {
            keys.put(args.getFirst(), new Kept(members));
        }
        long added = 0;
        for (int i = 1; i < args.size(); i += 2) {
            added += members.put(args.get(i + 1), score(args.get(i))) ? 1 : 0;
        }
        return added;
    }

    private static double score(String text) {
        return switch (text) {
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "+inf", "inf" -> Double.POSITIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private List<SortedMembers.Place> between(String key, String from, String to) {
        boolean openFrom = from.startsWith("(");
        boolean openTo = to.startsWith("(");
        double least = score(openFrom ? from.substring(1) : from);
        double most = score(openTo ? to.substring(1) : to);
        List<SortedMembers.Place> found = new ArrayList<>();
        for (SortedMembers.Place place : sorted(key).places) {
            boolean above = openFrom ? place.score() > least : place.score() >= least;
            boolean below = openTo ? place.score() < most : place.score() <= most;
            if (above && below) {
                found.add(place);
            }
        }
        return found;
    }

    private List<SortedMembers.Place> ranked(String key, String from, String to) {
        List<SortedMembers.Place> all = List.copyOf(sorted(key).places);
        int first = Integer.parseInt(from);
        int last = Integer.parseInt(to);
        first = Math.max(0, first < 0 ? first + all.size() : first);
        last = Math.min(all.size() - 1, last < 0 ? last + all.size() : last);
        return first > last ? List.of() : all.subList(first, last + 1);
    }

    private Object range(List<String> args) {
        boolean scores = args.size() > 3 && args.get(3).equalsIgnoreCase("WITHSCORES");
        return answer(ranked(args.getFirst(), args.get(1), args.get(2)), scores);
    }

    private Object rangeByScore(List<String> args) {
        List<SortedMembers.Place> found = between(args.getFirst(), args.get(1), args.get(2));
        boolean scores = false;
        for (int i = 3; i < args.size(); i++) {
            if (args.get(i).equalsIgnoreCase("WITHSCORES")) {
                scores = true;
            } else if (args.get(i).equalsIgnoreCase("LIMIT")) {
                int offset = Math.min(found.size(), Integer.parseInt(args.get(i + 1)));
                int count = Integer.parseInt(args.get(i + 2));
                int end = count < 0 ? found.size() : Math.min(found.size(), offset + count);
                found = found.subList(offset, end);
                i += 2;
            }
        }
        return answer(found, scores);
    }

    private static List<Object> answer(List<SortedMembers.Place> places, boolean scores) {
        List<Object> answer = new ArrayList<>();
        for (SortedMembers.Place place : places) {
            answer.add(place.member());
            if (scores) {
                answer.add(LuaScripts.text17(place.score()));
            }
        }
        return answer;
    }

    private long remove(String key, List<SortedMembers.Place> places) {
        SortedMembers members = sorted(key);
        List.copyOf(places).forEach(place -> members.remove(place.member()));
        forgetEmpty(key);
        return places.size();
    }

    private BitSet bits(String key) {
        BitSet bits = value(key, BitSet.class);
        return bits == null ? new BitSet() : bits;
    }

    private long setRange(String key, int offset, String text) {
        String former = value(key, String.class);
        StringBuilder value = new StringBuilder(former == null ? "" : former);
        value.setLength(Math.max(value.length(), offset + text.length()));
        value.replace(offset, offset + text.length(), text);
        if (former == null) {
            keys.put(key, new Kept(value.toString()));
        } else {
            Kept kept = keys.get(key);
            Kept changed = new Kept(value.toString());
            changed.expiry = kept.expiry;
            keys.put(key, changed);
        }
        return value.length();
    }

    private long setBit(List<String> args) {
        BitSet bits = bits(args.getFirst());
        if (find(args.getFirst()) == null) {
            keys.put(args.getFirst(), new Kept(bits));
        }
        int place = Integer.parseInt(args.get(1));
        boolean former = bits.get(place);
        bits.set(place, args.get(2).equals("1"));
        return former ? 1 : 0;
    }

    /** Removes the key if it is an empty hash or sorted set, as Redis does; a string stays, whatever its bits. */
    private void forgetEmpty(String key) {
        Kept kept = find(key);
        boolean empty = kept != null
                && (kept.value instanceof SortedMembers members && members.scores.isEmpty()
                        || kept.value instanceof Map<?, ?> fields && fields.isEmpty());
        if (empty) {
            keys.remove(key);
        }
    }

    private static Long number(boolean yes) {
        return yes ? 1L : 0L;
    }
}

package dev.afterimage.redis;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.generation.Callables;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a fleet: a header, one bitmap for each outcome with a bit for each line, the first failures, and the
 * image key of each line. Rows are counted by counting bits when somebody asks, so that no count can be wrong after a
 * repeat. All keys of a batch expire together.
 */
public final class RedisBatchLedger implements BatchLedger {

    private static final RedisScript CLAIM = RedisScript.named("request-claim");
    private static final RedisScript OPEN = RedisScript.named("batch-open");
    private static final RedisScript RECEIVE = RedisScript.named("batch-receive");
    private static final RedisScript REPLACE = RedisScript.named("batch-replace");
    private static final RedisScript RECORD = RedisScript.named("batch-record");
    private static final RedisScript CALLBACK = RedisScript.named("batch-callback");
    private static final String CALLBACK_FIELD = "callback";
    private static final RedisScript CANCEL = RedisScript.named("batch-cancel");
    private static final RedisScript READ = RedisScript.named("batch-read");

    private static final String NO_DEAD_BATCH = "";
    private static final String NOT_SEALED = "";
    private static final String TTL_MILLIS = Long.toString(RETENTION.toMillis());

    /** The most rows that one script records; more would make the server's other users wait. */
    private static final int MOST_ROWS = 500;

    private static final String NO_IMAGE = "";

    /** How many lines have their image keys in one string in Redis: 172 KiB a string, 41 MiB for a million lines. */
    static final int LINES_A_STRING = 4096;

    /** The characters of an image key in Base64. */
    static final int IMAGE_CHARACTERS = 43;

    private final RedisLink link;
    private final String prefix;
    private final Clock clock;

    public RedisBatchLedger(RedisLink link, RedisConfig config, Clock clock) {
        this.link = link;
        this.prefix = config.prefix();
        this.clock = clock;
    }

    /**
     * Opens the batch first and then claims the key for it. A cluster may keep the two on different servers, so no script
     * can do both; in this order, a process that finds the key claimed finds an open batch. For the same reason a dead batch
     * is marked as replaced before its key is claimed: whoever comes in between finds it cancelled, and replaces it too.
     */
    @Override
    public String claimIdempotencyKey(
            String request, Optional<String> dead, String batch, Caller owner, Instant startedAt) {
        open(batch, owner, startedAt);
        List<String> keys = List.of(prefix + ":request:" + request);
        String owning = dead.filter(former -> !replace(keys.getFirst(), former))
                .orElseGet(() -> ask(CLAIM, keys, List.of(dead.orElse(NO_DEAD_BATCH), batch, TTL_MILLIS))
                        .word(0));
        if (!owning.equals(batch)) {
            Request forget = Request.cmd(Command.DEL).arg(keys(batch).getFirst());
            link.callForQueue(forget);
        }
        return owning;
    }

    /**
     * Cancels the dead batch, if the request still has it, so that it cannot be sealed. Returns false when it has been sealed
     * meanwhile.
     */
    private boolean replace(String request, String dead) {
        Request has = Request.cmd(Command.GET).arg(request);
        @Nullable Response current = link.callForQueue(has);
        return current == null
                || !current.toString().equals(dead)
                || ask(REPLACE, keys(dead), List.of(now())).number() == 1;
    }

    @Override
    public void open(String batch, Caller owner, Instant startedAt) {
        ask(OPEN, keys(batch), List.of(millis(startedAt), owner.id(), TTL_MILLIS));
    }

    @Override
    public void progress(String batch, int rows) {
        ask(RECEIVE, keys(batch), List.of(now(), Integer.toString(rows), NOT_SEALED));
    }

    @Override
    public boolean seal(String batch, int total, String payloadHash) {
        return ask(RECEIVE, keys(batch), List.of(now(), Integer.toString(total), payloadHash))
                        .number()
                == 1;
    }

    @Override
    public boolean record(String batch, List<RowResult> results) {
        boolean callback = false;
        for (int from = 0; from < results.size(); from += MOST_ROWS) {
            List<String> keys = new ArrayList<>(keys(batch));
            List<String> arguments = new ArrayList<>(List.of(now(), Integer.toString(MOST_FAILURES)));
            for (RowResult result : results.subList(from, Math.min(results.size(), from + MOST_ROWS))) {
                String images = images(batch, result.line() / LINES_A_STRING);
                if (!keys.contains(images)) {
                    keys.add(images);
                }
                arguments.addAll(List.of(
                        Integer.toString(result.line()),
                        result.outcome().name(),
                        result.reason(),
                        result.key().map(RedisBatchLedger::encoded).orElse(NO_IMAGE),
                        Integer.toString(keys.indexOf(images) + 1),
                        Integer.toString(result.line() % LINES_A_STRING * IMAGE_CHARACTERS)));
            }
            callback = ask(RECORD, keys, arguments).number() == 1;
        }
        return callback;
    }

    @Override
    public void callback(String batch, URI url) {
        ask(CALLBACK, keys(batch), List.of(url.toString()));
    }

    @Override
    public Optional<URI> dueCallback(String batch) {
        Request callback = Request.cmd(Command.HGET).arg(keys(batch).getFirst()).arg(CALLBACK_FIELD);
        @Nullable Response url = link.callForQueue(callback);
        return Optional.ofNullable(url)
                .filter(waiting -> find(batch)
                        .filter(found -> found.received() && found.ended())
                        .isPresent())
                .map(waiting -> URI.create(waiting.toString()));
    }

    @Override
    public void callbackQueued(String batch) {
        Request forget = Request.cmd(Command.HDEL).arg(keys(batch).getFirst()).arg(CALLBACK_FIELD);
        link.callForQueue(forget);
    }

    /** The 32 bytes of a key as 43 characters. */
    private static String encoded(ImageKey key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HexFormat.of().parseHex(key.value()));
    }

    @Override
    public List<RowResult> results(String batch, int after, int max) {
        List<RowResult> results = new ArrayList<>();
        if (!TimeOrderedIds.isWellFormed(batch) || after == Integer.MAX_VALUE) {
            return results;
        }
        BatchPart part;
        int number = (after + 1) / LINES_A_STRING;
        do {
            part = part(batch, number);
            part.addTo(results, after, max);
            number++;
        } while (results.size() < max && part.isFollowed());
        return results;
    }

    /** The part with this number: what is known of {@link #LINES_A_STRING} lines. */
    private BatchPart part(String batch, int number) {
        List<String> bitmaps = keys(batch).subList(1, 4);
        long bytes = LINES_A_STRING / Byte.SIZE;
        List<Request> requests = new ArrayList<>();
        for (String bitmap : bitmaps) {
            requests.add(Request.cmd(Command.GETRANGE)
                    .arg(bitmap)
                    .arg(number * bytes)
                    .arg((number + 1) * bytes - 1));
        }
        requests.add(Request.cmd(Command.GET).arg(images(batch, number)));
        for (String bitmap : bitmaps) {
            requests.add(Request.cmd(Command.STRLEN).arg(bitmap));
        }
        return new BatchPart(
                number * LINES_A_STRING,
                RedisUnavailableException.forQueue(() -> Callables.await(link.exchangeAll(requests))));
    }

    @Override
    public void cancel(String batch) {
        ask(CANCEL, keys(batch), List.of(now()));
    }

    @Override
    public boolean isCancelled(String batch) {
        Request exists =
                Request.cmd(Command.HEXISTS).arg(keys(batch).getFirst()).arg("cancelledAt");
        @Nullable Response answer = link.callForQueue(exists);
        return answer != null && Boolean.TRUE.equals(answer.toBoolean());
    }

    @Override
    public Optional<Batch> find(String batch) {
        if (!TimeOrderedIds.isWellFormed(batch)) {
            return Optional.empty();
        }
        ScriptReply answer = ask(READ, keys(batch), List.of());
        return answer.size() == 0 ? Optional.empty() : Optional.of(decode(batch, answer));
    }

    /** Reads the answer of {@code batch-read.lua}, in which values that are not known are empty. */
    private static Batch decode(String id, ScriptReply answer) {
        Optional<String> payloadHash = Optional.of(answer.word(3)).filter(Predicate.not(String::isEmpty));
        Optional<String> cancelledAt = Optional.of(answer.word(4)).filter(Predicate.not(String::isEmpty));
        List<Batch.Failure> failures = new ArrayList<>();
        for (int place = 9; place < answer.size(); place++) {
            String[] lineAndReason = answer.word(place).split(" ", 2);
            failures.add(new Batch.Failure(Integer.parseInt(lineAndReason[0]), lineAndReason[1]));
        }
        return new Batch(
                id,
                new Caller(answer.word(8)),
                payloadHash.isPresent(),
                (int) answer.number(2),
                new Batch.Counts((int) answer.number(5), (int) answer.number(6), (int) answer.number(7)),
                failures,
                Instant.ofEpochMilli(answer.number(0)),
                Instant.ofEpochMilli(answer.number(1)),
                payloadHash,
                cancelledAt.map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))));
    }

    /** Does nothing: the server's keys expire by themselves. */
    @Override
    public void sweep() {}

    /** The names of the header, the three bitmaps and the failures; they share a slot of a cluster. */
    private List<String> keys(String batch) {
        if (!TimeOrderedIds.isWellFormed(batch)) {
            throw new IllegalArgumentException("not the id of a batch");
        }
        String header = prefix + ":batch:{" + batch + "}";
        return List.of(header, header + ":hits", header + ":generated", header + ":failed", header + ":failures");
    }

    /** The server's key that has the image keys of one part, without separators. */
    private String images(String batch, int part) {
        return keys(batch).getFirst() + ":images:" + part;
    }

    private ScriptReply ask(RedisScript script, List<String> keys, List<String> arguments) {
        return RedisUnavailableException.forQueue(() -> script.call(link, keys, arguments));
    }

    private String now() {
        return millis(clock.instant());
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }
}

package dev.afterimage.redis;

import dev.afterimage.batch.Batch;
import dev.afterimage.limit.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reads what {@code batch-read.lua} answers. */
final class BatchReply {

    private static final int STARTED_AT = 0;
    private static final int LAST_SIGN = 1;
    private static final int TOTAL = 2;
    private static final int PAYLOAD_HASH = 3;
    private static final int CANCELLED_AT = 4;
    private static final int HITS = 5;
    private static final int GENERATED = 6;
    private static final int FAILED = 7;
    private static final int OWNER = 8;
    private static final int FIRST_FAILURE = 9;

    private BatchReply() {}

    static Batch decode(String id, ScriptReply answer) {
        Optional<String> payloadHash = present(answer.word(PAYLOAD_HASH));
        return new Batch(
                id,
                new Caller(answer.word(OWNER)),
                payloadHash.isPresent(),
                (int) answer.number(TOTAL),
                new Batch.Counts(
                        (int) answer.number(HITS), (int) answer.number(GENERATED), (int) answer.number(FAILED)),
                failures(answer),
                time(answer.word(STARTED_AT)),
                time(answer.word(LAST_SIGN)),
                payloadHash,
                present(answer.word(CANCELLED_AT)).map(BatchReply::time));
    }

    private static List<Batch.Failure> failures(ScriptReply answer) {
        return IntStream.range(FIRST_FAILURE, answer.size())
                .mapToObj(place -> failure(answer.word(place)))
                .toList();
    }

    private static Batch.Failure failure(String text) {
        int space = text.indexOf(' ');
        return new Batch.Failure(Integer.parseInt(text.substring(0, space)), text.substring(space + 1));
    }

    private static Optional<String> present(String word) {
        return word.isEmpty() ? Optional.empty() : Optional.of(word);
    }

    private static Instant time(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}

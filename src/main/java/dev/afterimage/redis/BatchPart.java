package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The outcomes and images of a batch's lines from {@code first} on, as Redis holds them. */
final class BatchPart {

    private static final int LINES = RedisBatchLedger.LINES_A_STRING;
    private static final int IMAGE_CHARACTERS = RedisBatchLedger.IMAGE_CHARACTERS;

    /** The outcomes, in the order of their bitmaps. */
    private static final List<RowResult.Outcome> OUTCOMES =
            List.of(RowResult.Outcome.HIT, RowResult.Outcome.GENERATED, RowResult.Outcome.FAILED);

    private final int first;
    private final List<byte[]> bitmaps;
    private final byte[] images;
    private final long longest;

    /**
     * The lines from {@code first} on.
     *
     * @param replies seven: this part of the three bitmaps (hits, generated, failed), its images, and the lengths in bytes of
     *     the three whole bitmaps
     */
    BatchPart(int first, List<RedisLink.Reply> replies) {
        this.first = first;
        this.bitmaps = replies.subList(0, 3).stream().map(BatchPart::bytes).toList();
        this.images = bytes(replies.get(3));
        this.longest = replies.subList(4, 7).stream()
                .mapToLong(BatchPart::number)
                .max()
                .orElse(0);
    }

    /** Whether a line after this part has ended. */
    boolean isFollowed() {
        return longest * Byte.SIZE > (long) first + LINES;
    }

    /** Adds the lines after line {@code after} that have ended, until {@code results} has {@code max}. */
    void addTo(List<RowResult> results, int after, int max) {
        for (int place = Math.max(0, after + 1 - first); place < LINES && results.size() < max; place++) {
            for (int i = 0; i < OUTCOMES.size(); i++) {
                if (isSet(bitmaps.get(i), place)) {
                    results.add(new RowResult(first + place, OUTCOMES.get(i), "", image(place)));
                    break;
                }
            }
        }
    }

    /** Whether a bit is set. Bits are counted as SETBIT does: the first is the highest of the first byte. */
    private static boolean isSet(byte[] bitmap, int bit) {
        int index = bit / Byte.SIZE;
        return index < bitmap.length && (bitmap[index] >> (7 - bit % Byte.SIZE) & 1) == 1;
    }

    private Optional<ImageKey> image(int place) {
        int from = place * IMAGE_CHARACTERS;
        if (from + IMAGE_CHARACTERS > images.length || images[from] == 0) {
            return Optional.empty();
        }
        String text = new String(images, from, IMAGE_CHARACTERS, StandardCharsets.US_ASCII);
        return Optional.of(
                new ImageKey(HexFormat.of().formatHex(Base64.getUrlDecoder().decode(text))));
    }

    private static byte[] bytes(RedisLink.Reply reply) {
        @Nullable Response response = reply.response();
        return response == null ? new byte[0] : response.toBytes();
    }

    private static long number(RedisLink.Reply reply) {
        @Nullable Response response = reply.response();
        @Nullable Long number = response == null ? null : response.toLong();
        return number == null ? 0 : number;
    }
}

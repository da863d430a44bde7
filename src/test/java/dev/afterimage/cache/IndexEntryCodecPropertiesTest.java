package dev.afterimage.cache;

import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageFormat;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for the text form of any entry. A class of its own, because jqwik and Jupiter share no report. */
class IndexEntryCodecPropertiesTest {

    private static final long YEAR_2000 = 946_684_800_000L;
    private static final long YEAR_2200 = 7_258_118_400_000L;

    @Property
    void encodedEntryIsDecodedAgain(@ForAll("entries") IndexEntry entry) {
        assertThat(IndexEntryCodec.decode(entry.key(), IndexEntryCodec.encode(entry)))
                .contains(entry);
    }

    @Property
    void whiteSpaceAroundALineIsIgnored(@ForAll("entries") IndexEntry entry) {
        assertThat(IndexEntryCodec.decode(entry.key(), ' ' + IndexEntryCodec.encode(entry) + "  \n"))
                .contains(entry);
    }

    @Property
    void aLineThatWasCutShortIsAbsent(@ForAll("entries") IndexEntry entry, @ForAll int where) {
        String line = IndexEntryCodec.encode(entry);

        assertThat(IndexEntryCodec.decode(entry.key(), line.substring(0, Math.floorMod(where, line.length()))))
                .isEmpty();
    }

    @Property
    void anyOtherTextReadsAsAbsent(@ForAll String garbage) {
        assertThat(IndexEntryCodec.decode(key(1), garbage)).isEmpty();
    }

    @Provide
    Arbitrary<IndexEntry> entries() {
        Arbitrary<Long> span =
                Arbitraries.longs().between(0, Duration.ofDays(3650).toMillis());
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.of(ImageFormat.class),
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.longs().between(YEAR_2000, YEAR_2200),
                        span,
                        span)
                .as((n, format, bytes, created, fresh, stale) -> new IndexEntry(
                        key(n),
                        format,
                        bytes,
                        Instant.ofEpochMilli(created),
                        Instant.ofEpochMilli(created + fresh),
                        Instant.ofEpochMilli(created + fresh + stale)));
    }
}

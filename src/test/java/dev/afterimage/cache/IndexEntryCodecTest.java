package dev.afterimage.cache;

import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageFormat;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text form of an entry, in which files, Redis and S3 keep it. */
class IndexEntryCodecTest {

    /** Changing this form makes everything that is stored a miss. */
    @Test
    void encodedEntryHasAFixedForm() {
        IndexEntry entry = new IndexEntry(
                key(1),
                ImageFormat.PNG,
                48213,
                Instant.ofEpochMilli(1_700_000_000_000L),
                Instant.ofEpochMilli(1_700_086_400_000L),
                Instant.ofEpochMilli(1_700_691_200_000L));

        assertThat(IndexEntryCodec.encode(entry)).isEqualTo("1 png 48213 1700000000000 1700086400000 1700691200000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2 png 48213 1700000000000 1700086400000 1700691200000",
                "1 svg 48213 1700000000000 1700086400000 1700691200000",
                "1 png 0 1700000000000 1700086400000 1700691200000",
                "1 png -5 1700000000000 1700086400000 1700691200000",
                "1 png 48213 1700000000000 1700691200000 1700086400000",
                "1 png 48213 1700000000000 1700086400000",
                "1 png 48213 1700000000000 1700086400000 1700691200000 0",
                "1 png 48213 1700000000000 17000864x0000 1700691200000",
                "1 png 48213  1700000000000 1700086400000 1700691200000",
                "1 png 48213 99999999999999999999 1700086400000 1700691200000",
            })
    void aDamagedLineIsAbsent(String line) {
        assertThat(IndexEntryCodec.decode(key(1), line)).isEmpty();
    }
}

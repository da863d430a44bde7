package dev.afterimage.http.localcdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    private static final Validators CURRENT = new Validators("\"a-1\"", Instant.parse("2025-03-01T10:00:00Z"));

    @ParameterizedTest
    @CsvSource({
        "bytes=0-99, 0, 99",
        "bytes=0-0, 0, 0",
        "bytes=999-999, 999, 999",
        "bytes=500-, 500, 999",
        "bytes=500-4000, 500, 999",
        "bytes=-1, 999, 999",
        "bytes=-4000, 0, 999",
        "bytes=0-99999999999999999999999, 0, 999",
        "bytes=0000000000000001-2, 1, 2",
        "BYTES = 1 - 2, 1, 2",
    })
    void aSingleRangeIsAPart(String range, int first, int last) {
        assertThat(of(range)).isEqualTo(new ByteRange.Part(first, last));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=1000-", "bytes=1000-1001", "bytes=99999999999999999999999-", "bytes=-0"})
    void aRangeBehindTheEndIsUnsatisfiable(String range) {
        assertThat(of(range)).isEqualTo(new ByteRange.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes 0-1"})
    void whatCannotBeServedAsOneRangeIsIgnored(String range) {
        assertThat(of(range)).isEqualTo(new ByteRange.Whole());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a-1\"", "Sat, 01 Mar 2025 10:00:00 GMT"})
    void aRangeOfTheVersionThatStandsIsServed(String ifRange) {
        assertThat(of("bytes=0-9", ifRange)).isEqualTo(new ByteRange.Part(0, 9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"a-2\"", "W/\"a-1\"", "Sat, 01 Mar 2025 10:00:01 GMT", "Sat, 01 Mar 2025 09:59:59 GMT", "x"})
    void aRangeOfAnotherVersionGetsTheWhole(String ifRange) {
        assertThat(of("bytes=0-9", ifRange)).isEqualTo(new ByteRange.Whole());
    }

    @Property
    void aPartNeverLeavesTheImage(
            @ForAll @IntRange(max = 3000) int first,
            @ForAll @IntRange(max = 3000) int last,
            @ForAll @IntRange(min = 1, max = 2000) int complete) {
        ByteRange range = ByteRange.of(header(Map.of("Range", "bytes=" + first + "-" + last)), CURRENT, complete);
        switch (range) {
            case ByteRange.Whole whole -> assertThat(last).isLessThan(first);
            case ByteRange.Unsatisfiable none -> assertThat(first).isGreaterThanOrEqualTo(complete);
            case ByteRange.Part part -> {
                assertThat(part.first()).isEqualTo(first);
                assertThat(part.last()).isEqualTo(Math.min(last, complete - 1));
                assertThat(part.contentRange(complete))
                        .isEqualTo("bytes " + first + "-" + part.last() + "/" + complete);
            }
        }
    }

    private static ByteRange of(String range) {
        return ByteRange.of(header(Map.of("Range", range)), CURRENT, 1000);
    }

    private static ByteRange of(String range, String ifRange) {
        return ByteRange.of(header(Map.of("Range", range, "If-Range", ifRange)), CURRENT, 1000);
    }

    private static Function<String, Optional<String>> header(Map<String, String> headers) {
        return name -> Optional.ofNullable(headers.get(name));
    }
}

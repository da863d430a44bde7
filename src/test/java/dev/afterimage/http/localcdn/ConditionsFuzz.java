package dev.afterimage.http.localcdn;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.afterimage.time.HttpDate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a conditional header or in {@code Range}: a part lies inside the image, and a date is one date. */
class ConditionsFuzz {

    private static final int COMPLETE = 1000;
    private static final Validators CURRENT = new Validators("\"x\"", Instant.parse("1994-11-06T08:49:37Z"));

    @FuzzTest
    void conditions(byte[] bytes) {
        String value = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int complete : new int[] {1, COMPLETE, Integer.MAX_VALUE}) {
            switch (ByteRange.of(
                    name -> name.equals("Range") ? Optional.of(value) : Optional.empty(), CURRENT, complete)) {
                case ByteRange.Part part -> {
                    assertThat(part.first()).isBetween(0, part.last());
                    assertThat(part.last()).isLessThan(complete);
                }
                case ByteRange.Whole whole -> {}
                case ByteRange.Unsatisfiable none -> assertThat(value).containsPattern("[0-9]");
            }
        }
        assertThat(ByteRange.of(name -> Optional.of(name.equals("Range") ? "bytes=0-0" : value), CURRENT, COMPLETE))
                .isInstanceOfAny(ByteRange.Part.class, ByteRange.Whole.class);
        assertThat(Precondition.of(name -> Optional.of(value), CURRENT)).isNotNull();
        assertThat(Precondition.of(name -> name.contains("Since") ? Optional.of(value) : Optional.empty(), CURRENT))
                .isNotNull();
        HttpDate.read(value)
                .ifPresent(
                        date -> assertThat(HttpDate.read(HttpDate.write(date))).contains(date));
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"0", "bytes=", " ", "\"", "\"a\",", "W/\"", "-", "bytes=0-", "Sun, "})
    void whatIsLong(String piece) {
        conditions(piece.repeat(100_000).getBytes(StandardCharsets.ISO_8859_1));
        conditions(
                ("bytes=" + piece.repeat(100_000) + "-" + piece.repeat(100_000)).getBytes(StandardCharsets.ISO_8859_1));
    }
}

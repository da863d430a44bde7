package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.catalogue.Planner.KeySet;
import dev.afterimage.image.ImageKey;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeySetTest {

    @Test
    void keyIsNewOnlyTheFirstTime() {
        KeySet keys = new KeySet();
        Random first = new Random(7);
        Random again = new Random(7);

        assertThat(IntStream.range(0, 50_000).allMatch(i -> keys.add(key(first))))
                .isTrue();
        assertThat(IntStream.range(0, 50_000).noneMatch(i -> keys.add(key(again))))
                .isTrue();
    }

    @Test
    void keyOfZerosIsHeldLikeAnyOther() {
        KeySet keys = new KeySet();
        ImageKey zeros = new ImageKey("0".repeat(63) + "1");

        assertThat(keys.add(zeros)).isTrue();
        assertThat(keys.add(zeros)).isFalse();
    }

    private static ImageKey key(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new ImageKey(HexFormat.of().formatHex(bytes));
    }
}

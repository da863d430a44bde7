package dev.afterimage.provider.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.provider.demo.Canvas.TextBlock;
import dev.afterimage.provider.demo.TrueTypeFont.Fonts;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextBlockTest {

    private static final TrueTypeFont FONT = Fonts.bundled().regular();

    @Test
    void theLargestSizeThatFitsIsTaken() {
        assertThat(TextBlock.fit(FONT, "Hello", 1_000, 1, 90, 60, 30).size()).isEqualTo(90);
        assertThat(TextBlock.fit(FONT, "Hello Hello Hello", 400, 1, 90, 60, 30).size())
                .isEqualTo(30);
    }

    @Test
    void linesBreakBetweenWords() {
        assertThat(TextBlock.fit(FONT, "one two three four", FONT.width("one two", 40) + 1, 9, 40)
                        .lines())
                .containsExactly("one two", "three", "four");
    }

    @Test
    void textThatDoesNotFitEndsInAnEllipsis() {
        TextBlock block = TextBlock.fit(FONT, "one two three four five six", 200, 2, 40);
        assertThat(block.lines()).hasSize(2);
        assertThat(block.lines().getLast()).endsWith("…");
    }

    @Property(tries = 200)
    void noLineIsWiderThanTheWidth(@ForAll @StringLength(max = 120) @CharRange(from = 'A', to = 'z') String text) {
        for (String line : TextBlock.fit(FONT, text, 300, 3, 60, 40).lines()) {
            assertThat(FONT.width(line, 40)).isLessThanOrEqualTo(300);
        }
    }

    @Test
    void lettersOutlineHasTheRightPlaceAndSize() {
        // Roboto's capital H is 1456 of 2048 units high and stands on the baseline.
        var bounds = FONT.shape("H", 2048, 100, 3_000).getBounds2D();
        assertThat(bounds.getMaxY()).isEqualTo(3_000);
        assertThat(bounds.getHeight()).isEqualTo(1_456);
        assertThat(bounds.getMinX()).isBetween(100.0, 400.0);
    }

    @Test
    void accentedLettersAreBuiltOfTheirParts() {
        var plain = FONT.shape("A", 1_000, 0, 0).getBounds2D();
        var accented = FONT.shape("Ä", 1_000, 0, 0).getBounds2D();
        assertThat(accented.getWidth()).isEqualTo(plain.getWidth());
        assertThat(accented.getHeight()).isGreaterThan(plain.getHeight() * 1.1);
    }
}

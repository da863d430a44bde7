package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.SamplePictures;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WholePictureTest {

    @ParameterizedTest
    @EnumSource
    void aWholePictureIsWhole(ImageFormat format) {
        assertThat(WholePicture.is(SamplePictures.whole(format), format)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aPictureCutAnywhereIsNotWhole(ImageFormat format) {
        byte[] whole = SamplePictures.whole(format);
        for (int length = 12; length < whole.length; length++) {
            assertThat(WholePicture.is(Arrays.copyOf(whole, length), format))
                    .as("%s cut to %d of %d bytes", format, length, whole.length)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPictureWithSomethingBehindItIsNotWhole(ImageFormat format) {
        byte[] whole = SamplePictures.whole(format);
        byte[] longer = Arrays.copyOf(whole, whole.length + 3);
        assertThat(WholePicture.is(longer, format)).isFalse();
    }

    @Test
    void aPngWithoutPixelsIsNotWhole() {
        byte[] png = SamplePictures.png();
        byte[] headAndEnd = Arrays.copyOf(png, 33 + 12);
        System.arraycopy(png, png.length - 12, headAndEnd, 33, 12);
        assertThat(WholePicture.is(headAndEnd, ImageFormat.PNG)).isFalse();
    }

    @Test
    void aPngChunkThatClaimsMoreThanTheFileHoldsIsNotWhole() {
        byte[] png = SamplePictures.png();
        png[33] = (byte) 0xFF;
        assertThat(WholePicture.is(png, ImageFormat.PNG)).isFalse();
    }
}

package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.TestImages;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {

    private static final Instant MADE = Instant.ofEpochMilli(1_740_000_000_123L);

    @ParameterizedTest
    @CsvSource({
        "https://d111111abcdef8.cloudfront.net, https://d111111abcdef8.cloudfront.net",
        "https://d111111abcdef8.cloudfront.net/, https://d111111abcdef8.cloudfront.net",
        "https://img.example.com/images/, https://img.example.com/images",
        "http://localhost:9000/cdn, http://localhost:9000/cdn",
    })
    void imageUrlIsBelowTheBaseUrl(String configured, String base) {
        String key = TestImages.key(7).value();
        assertThat(BaseUrl.of(Optional.of(URI.create(configured))).resource(image(MADE)))
                .isEqualTo(base + "/images/" + key + "?v=m7cf2oor");
    }

    @Test
    void regeneratedImageHasANewUrl() {
        BaseUrl base = BaseUrl.local();
        assertThat(base.resource(image(MADE))).isNotEqualTo(base.resource(image(MADE.plusMillis(1))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cdn.example.com", "ftp://cdn.example.com", "https:///images", "https://a/?x=1", "https://a/#b"})
    void aBaseUrlThatCannotCarryASignatureIsRefused(String configured) {
        assertThatThrownBy(() -> BaseUrl.of(Optional.of(URI.create(configured))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("afterimage.delivery.base-url");
    }

    @ParameterizedTest
    @CsvSource({
        "http://192.168.0.7:32768/, http://192.168.0.7:32768/cdn/images/k?v=1&Expires=2",
        "https://example.com/afterimage, https://example.com/afterimage/cdn/images/k?v=1&Expires=2",
    })
    void localUrlHasTheHostThatTheCallerUsed(String serviceRoot, String expected) {
        SignedUrl signed = new SignedUrl(BaseUrl.LOCAL + "/images/k?v=1&Expires=2", MADE);
        assertThat(BaseUrl.of(Optional.empty()).seenFrom(() -> URI.create(serviceRoot), signed))
                .isEqualTo(new SignedUrl(expected, MADE));
    }

    @Test
    void cdnUrlIsIndependentOfTheCallersHost() {
        SignedUrl signed = new SignedUrl("https://cdn.example.com/images/k?v=1", MADE);
        BaseUrl base = BaseUrl.of(Optional.of(URI.create("https://cdn.example.com")));
        assertThat(base.seenFrom(() -> fail("asked for in vain"), signed)).isSameAs(signed);
    }

    @Test
    void storesUrlIsIndependentOfTheCallersHost() {
        SignedUrl presigned = new SignedUrl("http://minio.localhost:9000/images/images/k?X-Amz-Signature=a", MADE);
        assertThat(BaseUrl.local().seenFrom(() -> fail("asked for in vain"), presigned))
                .isSameAs(presigned);
    }

    private static IndexEntry image(Instant createdAt) {
        return TestImages.entry(TestImages.key(7), createdAt, 64);
    }
}

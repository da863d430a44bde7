package dev.afterimage.http.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpResponseTest {

    @ParameterizedTest
    @CsvSource({"PT-5S, 1", "PT0S, 1", "PT0.001S, 1", "PT1S, 1", "PT1.001S, 2", "PT1H, 3600", "P31D, 2678400"})
    void waitsAreWholeSecondsRoundedUp(Duration wait, String value) {
        assertThat(HttpResponse.retryAfter(wait)).isEqualTo(value);
    }
}

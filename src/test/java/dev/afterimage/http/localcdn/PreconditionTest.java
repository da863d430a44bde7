package dev.afterimage.http.localcdn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.TestImages;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionTest {

    private static final Instant MADE = Instant.parse("2025-03-01T10:00:00.250Z");
    private static final Validators CURRENT = Validators.of(TestImages.entry(TestImages.key(1), MADE, 64));

    private static final String SAME_SECOND = "Sat, 01 Mar 2025 10:00:00 GMT";
    private static final String SECOND_BEFORE = "Sat, 01 Mar 2025 09:59:59 GMT";

    @Test
    void anUnconditionalRequestProceeds() {
        assertThat(of(Map.of())).isEqualTo(Precondition.PROCEED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"x\", %s", "W/\"x\",W/%s", "*"})
    void whoHasThisVersionNeedsNoOther(String tags) {
        assertThat(of(Map.of("If-None-Match", tags.formatted(CURRENT.entityTag()))))
                .isEqualTo(Precondition.NOT_MODIFIED);
    }

    @Test
    void whoHasAnotherVersionGetsThisOne() {
        assertThat(of(Map.of("If-None-Match", "\"x\""))).isEqualTo(Precondition.PROCEED);
        assertThat(of(Map.of("If-None-Match", CURRENT.entityTag().replace("\"", ""))))
                .isEqualTo(Precondition.PROCEED);
    }

    @Test
    void anImageMadeAnewHasAnotherTag() {
        Validators anew = Validators.of(TestImages.entry(TestImages.key(1), MADE.plusMillis(1), 64));
        assertThat(anew.entityTag()).isNotEqualTo(CURRENT.entityTag());
    }

    @Test
    void theDateCountsInWholeSeconds() {
        assertThat(of(Map.of("If-Modified-Since", SAME_SECOND))).isEqualTo(Precondition.NOT_MODIFIED);
        assertThat(of(Map.of("If-Modified-Since", SECOND_BEFORE))).isEqualTo(Precondition.PROCEED);
    }

    @Test
    void theTagOutranksTheDate() {
        assertThat(of(Map.of("If-None-Match", "\"x\"", "If-Modified-Since", SAME_SECOND)))
                .isEqualTo(Precondition.PROCEED);
        assertThat(of(Map.of("If-Match", CURRENT.entityTag(), "If-Unmodified-Since", SECOND_BEFORE)))
                .isEqualTo(Precondition.PROCEED);
    }

    @Test
    void aDateThatIsNoneIsIgnored() {
        assertThat(of(Map.of("If-Modified-Since", "yesterday"))).isEqualTo(Precondition.PROCEED);
        assertThat(of(Map.of("If-Unmodified-Since", "yesterday"))).isEqualTo(Precondition.PROCEED);
    }

    @Test
    void whoExpectsAnotherVersionGetsNone() {
        assertThat(of(Map.of("If-Match", "\"x\""))).isEqualTo(Precondition.FAILED);
        assertThat(of(Map.of("If-Match", "W/" + CURRENT.entityTag()))).isEqualTo(Precondition.FAILED);
        assertThat(of(Map.of("If-Unmodified-Since", SECOND_BEFORE))).isEqualTo(Precondition.FAILED);
    }

    @Test
    void whoExpectsThisVersionGetsIt() {
        assertThat(of(Map.of("If-Match", CURRENT.entityTag()))).isEqualTo(Precondition.PROCEED);
        assertThat(of(Map.of("If-Match", "*"))).isEqualTo(Precondition.PROCEED);
        assertThat(of(Map.of("If-Unmodified-Since", SAME_SECOND))).isEqualTo(Precondition.PROCEED);
    }

    @Test
    void anExpectationThatHoldsLeavesTheOtherConditionToDecide() {
        assertThat(of(Map.of("If-Match", CURRENT.entityTag(), "If-None-Match", CURRENT.entityTag())))
                .isEqualTo(Precondition.NOT_MODIFIED);
    }

    private static Precondition of(Map<String, String> headers) {
        return Precondition.of(name -> Optional.ofNullable(headers.get(name)), CURRENT);
    }
}

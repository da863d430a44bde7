package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpiringTokensTest {

    private final ExpiringTokens<String> tokens = new ExpiringTokens<>();

    @Test
    void aTokenIsForgottenAtItsTimeWhicheverCameFirst() {
        tokens.put("late", "call", 30);
        tokens.put("early", "call", 10);
        tokens.put("later", "call", 40);

        tokens.expireUpTo(9);
        assertThat(tokens.size()).isEqualTo(3);
        tokens.expireUpTo(10);
        assertThat(tokens.remove("early")).isNull();
        tokens.expireUpTo(30);
        assertThat(tokens.remove("late")).isNull();
        assertThat(tokens.remove("later")).isEqualTo("call");
    }

    @Test
    void aTokenThatWasPutAgainLivesUntilItsNewTime() {
        tokens.put("call", "planned", 10);
        tokens.put("call", "departed", 20);

        tokens.expireUpTo(10);

        assertThat(tokens.remove("call")).isEqualTo("departed");
    }
}

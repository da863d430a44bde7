package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallerTest {

    @Test
    void toStringHidesTheCaller() {
        assertThat(new Caller("an-api-key")).hasToString("Caller[hidden]");
    }
}

package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallerTest {

    @Test
    void toStringHidesTheCaller() {
        assertThat(new Caller("an-api-key")).hasToString("Caller[hidden]");
    }

    /** A bug: a client with the name {@code service} had no budget. */
    @Test
    void aClientCannotTakeTheServicesNameOrThatOfUnknownClients() {
        assertThat(new Caller("subject:ann").tenant()).isEqualTo("ann");
        assertThat(new Caller("subject:service").tenant()).isEqualTo("subject:service");
        assertThat(new Caller("subject:anonymous").afterCharge().tenant()).isEqualTo("subject:anonymous");
        assertThat(new Caller("address:10.0.0.1").tenant()).isEqualTo("anonymous");
        assertThat(Caller.SERVICE.tenant()).isEqualTo("service");
    }
}

package dev.afterimage.http.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WrongKeysTest {

    private final AtomicLong now = new AtomicLong();
    private final WrongKeys wrongKeys = new WrongKeys(now::get);

    private boolean tooManyAfter(int tries, String address) {
        boolean tooMany = false;
        for (int i = 0; i < tries; i++) {
            tooMany = wrongKeys.tooMany(address);
        }
        return tooMany;
    }

    @Test
    void twentyWrongKeysAMinuteAreAllowedAndTheNextIsTooMany() {
        assertThat(tooManyAfter(WrongKeys.MOST, "192.0.2.1")).isFalse();
        assertThat(wrongKeys.tooMany("192.0.2.1")).isTrue();
        assertThat(wrongKeys.tooMany("192.0.2.2")).isFalse();
    }

    @Test
    void aMinuteAfterTheFirstTheCountBeginsAnew() {
        tooManyAfter(WrongKeys.MOST + 5, "192.0.2.1");
        now.addAndGet(WrongKeys.WINDOW.toNanos() + 1);

        assertThat(wrongKeys.tooMany("192.0.2.1")).isFalse();
    }

    @Test
    void ipv6AddressesOfOneNetworkAreCountedTogether() {
        tooManyAfter(WrongKeys.MOST, "2001:db8:0:1:0:0:0:1");

        assertThat(wrongKeys.tooMany("2001:db8:0:1:ffff:0:0:2")).isTrue();
        assertThat(wrongKeys.tooMany("2001:db8:0:2:0:0:0:1")).isFalse();
    }

    @Test
    void numberOfRememberedAddressesIsBounded() {
        for (int i = 0; i < 3 * WrongKeys.MOST_ADDRESSES; i++) {
            wrongKeys.tooMany("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
        }
        assertThat(wrongKeys.remembered()).isLessThanOrEqualTo(WrongKeys.MOST_ADDRESSES);
    }
}

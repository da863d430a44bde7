package dev.afterimage.http.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.http.auth.Client.Role;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {

    private static String callerAt(String address) {
        return Client.at(address, Set.of(Role.ASK)).caller().id();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1:ffff::2", "2001:db8:0:1::", "2001:0DB8:0:1:2:3:4:5"})
    void anIpv6NetworkIsOneCaller(String address) {
        assertThat(callerAt(address)).isEqualTo("address:2001:db8:0:1:0:0:0:0/64");
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:2::1,    address:2001:db8:0:2:0:0:0:0/64",
        "2001:db8::1,        address:2001:db8:0:0:0:0:0:0/64",
        "2001::1:5:6:7:8,    address:2001:0:0:1:0:0:0:0/64",
        "192.0.2.1,          address:192.0.2.1",
        "::ffff:192.0.2.1,   address:::ffff:192.0.2.1",
        "not:an:address,     address:not:an:address"
    })
    void anotherAddressIsAnotherCaller(String address, String caller) {
        assertThat(callerAt(address)).isEqualTo(caller);
    }

    @Test
    void anUnknownAddressIsACallerToo() {
        assertThat(callerAt(null)).isEqualTo("address:unknown");
    }
}

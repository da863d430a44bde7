package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever URL a provider answers, only https at a public address of an allowed name is fetched. */
class ResultUrlFuzz {

    private static final String NAME_BELOW = "[a-z0-9_][a-z0-9_.-]*\\.example\\.com";

    private final List<String> resolved = new ArrayList<>();

    @FuzzTest
    void url(byte[] bytes) throws UnknownHostException {
        String url = new String(bytes, StandardCharsets.UTF_8);
        resolved.clear();

        // A name service in the pay of an attacker: every name is this machine.
        assertThat(check(url, "127.0.0.1")).isEmpty();
        assertThat(check(url, "::1")).isEmpty();
        check(url, "93.184.216.34").ifPresent(destination -> {
            assertThat(destination.tls()).isTrue();
            assertThat(destination.port()).isEqualTo(443);
            assertThat(destination.host()).matches(NAME_BELOW).hasSizeLessThan(254);
            assertThat(destination.target()).startsWith("/");
            // What goes into the request line is one word of it.
            assertThat(destination.target().chars()).noneMatch(c -> c <= ' ' || c == 0x7f || c == '#');
            assertThat(destination.address().orElseThrow().getHostAddress()).isEqualTo("93.184.216.34");
        });
        // Nobody is asked for a name that isn't allowed, nor for one that could be read as an address.
        assertThat(resolved).allMatch(name -> name.matches(NAME_BELOW));
    }

    private Optional<Destination> check(String url, String address) throws UnknownHostException {
        AddressGuard guard = new AddressGuard(Optional.empty(), List.of("*.example.com"), List.of(), name -> {
            resolved.add(name);
            return List.of(InetAddress.getByName(address));
        });
        try {
            return Optional.of(guard.check(url));
        } catch (NotAnImageException refused) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"a.", "a", "a-", "1", "1.", ":", "0x", "%41", "@", "[", "/", "\u0430"})
    void longInput(String piece) throws UnknownHostException {
        url(("https://" + piece.repeat(100_000) + ".example.com/").getBytes(StandardCharsets.UTF_8));
        url(("https://[" + piece.repeat(100_000) + "]/").getBytes(StandardCharsets.UTF_8));
        url(("https://a.example.com/" + piece.repeat(100_000)).getBytes(StandardCharsets.UTF_8));
        url(("https://a.example.com:" + piece.repeat(100_000)).getBytes(StandardCharsets.UTF_8));
    }
}

package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.NotAnImageException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    private static final String PUBLIC = "93.184.216.34";
    private static final String OTHER_PUBLIC = "93.184.216.35";

    private final List<String> resolved = new ArrayList<>();
    private Map<String, List<String>> names = Map.of();

    @Test
    void aPublicHttpsUrlBelowAWildcardMayBeFetchedFromTheCheckedAddress() throws UnknownHostException {
        names = Map.of("a.cdn.example.com", List.of(PUBLIC));
        Destination destination = guard("*.example.com").check("https://a.cdn.example.com/p/1.png?sig=x%2Fy#top");
        assertThat(destination)
                .isEqualTo(new Destination(
                        true,
                        "a.cdn.example.com",
                        443,
                        "/p/1.png?sig=x%2Fy",
                        Optional.of(InetAddress.getByName(PUBLIC))));
    }

    @Test
    void hostNameIsResolvedOnceAgainstDnsRebinding() throws UnknownHostException {
        names = Map.of("cdn.example.com", List.of(PUBLIC));
        guard("*.example.com").check("https://cdn.example.com/1.png");
        assertThat(resolved).containsExactly("cdn.example.com");
    }

    @Test
    void hostThatIsNotAllowedIsRefusedWithoutANameLookup() {
        names = Map.of("evil.test", List.of(PUBLIC));
        assertRefused(guard("*.example.com"), "https://evil.test/1.png");
        assertThat(resolved).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/1.png",
                "https://badexample.com/1.png",
                "https://cdn.example.com.evil.test/1.png",
                "https://evil.test/cdn.example.com"
            })
    void aWildcardCoversNamesBelowTheDomainOnly(String url) {
        names = Map.of(
                "example.com", List.of(PUBLIC),
                "badexample.com", List.of(PUBLIC),
                "cdn.example.com.evil.test", List.of(PUBLIC),
                "evil.test", List.of(PUBLIC));
        assertRefused(guard("*.example.com"), url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"
            })
    void aNameWithoutAPublicAddressIsRefused(String address) {
        names = Map.of("cdn.example.com", List.of(address));
        assertRefused(guard("*.example.com"), "https://cdn.example.com/1.png");
    }

    @Test
    void ofSeveralAddressesAPublicOneIsTaken() throws UnknownHostException {
        names = Map.of("cdn.example.com", List.of("10.0.0.1", OTHER_PUBLIC, PUBLIC));
        assertThat(guard("*.example.com").check("https://cdn.example.com/1.png").address())
                .contains(InetAddress.getByName(OTHER_PUBLIC));
    }

    @Test
    void failedNameLookupIsUnknownHostAndNotARefusal() {
        assertThatThrownBy(() -> guard("*.example.com").check("https://cdn.example.com/1.png"))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void plainHttpIsRefusedBelowAWildcard() {
        names = Map.of("cdn.example.com", List.of(PUBLIC));
        assertRefused(guard("*.example.com"), "http://cdn.example.com/1.png");
    }

    @Test
    void anUnusualPortIsRefusedBelowAWildcard() {
        names = Map.of("cdn.example.com", List.of(PUBLIC));
        assertRefused(guard("*.example.com"), "https://cdn.example.com:8443/1.png");
    }

    @Test
    void aHostNamedExactlyMayBePrivateAndPlainHttpOnAnyPort() throws UnknownHostException {
        names = Map.of("images.local", List.of("10.0.0.7"));
        assertThat(guard("images.local").check("http://images.local:9000/1.png"))
                .isEqualTo(new Destination(
                        false, "images.local", 9000, "/1.png", Optional.of(InetAddress.getByName("10.0.0.7"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "::1", "[::ffff:127.0.0.1]", "IMAGES.local.", " images.local "})
    void anExactEntryMayBeWrittenInAnySpellingOfTheSameHost(String entry) throws UnknownHostException {
        names = Map.of("images.local", List.of("10.0.0.7"));
        String host = entry.contains("::1") ? "[0:0::1]" : entry.contains("127") ? "127.0.0.1" : "Images.Local";
        assertThat(guard(entry).check("http://" + host + "/1.png").port()).isEqualTo(80);
    }

    @Test
    void theProvidersOwnHostIsAllowedWhenItIsPublicAndHttps() throws UnknownHostException {
        names = Map.of("api.example.com", List.of(PUBLIC));
        AddressGuard guard = guardOf("https://API.example.com:8443/render");
        assertThat(guard.check("https://api.example.com/1.png").port()).isEqualTo(443);
        assertThat(guard.check("https://api.example.com:8443/1.png").port()).isEqualTo(8443);
        assertRefused(guard, "https://api.example.com:22/1.png");
        assertRefused(guard, "http://api.example.com/1.png");
    }

    @Test
    void theProvidersOwnHostIsRefusedWhenItIsPrivateAndNotNamed() {
        assertRefused(guardOf("http://127.0.0.1:9000/render"), "http://127.0.0.1:9000/internal");
        assertRefused(guardOf("https://127.0.0.1:9000/render"), "https://127.0.0.1:9000/internal");
    }

    @Test
    void aPublicAddressAsHostIsRefusedUnlessItIsNamed() throws UnknownHostException {
        assertRefused(guard("*.example.com"), "https://" + PUBLIC + "/1.png");
        assertThat(guard(PUBLIC).check("https://" + PUBLIC + "/1.png").address())
                .contains(InetAddress.getByName(PUBLIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.1/x",
                "http://2130706433/x",
                "http://0x7f000001/x",
                "http://0x7f.0.0.1/x",
                "http://0177.0.0.1/x",
                "http://127.0.0.01/x",
                "http://127.0.0.1.nip.0x1/x",
                "http://127.0.0.256/x",
                "http://[::1%25lo]/x",
                "http://[fe80::1%eth0]/x",
                "http://[::127.0.0.1]/x",
                "http://[v1.x]/x",
                "https://user@cdn.example.com/x",
                "https://user:pw@cdn.example.com/x",
                "https://evil.test\\@cdn.example.com/x",
                "https://cdn.example.com\\.evil.test/x",
                "https://cdn.example.com%2eevil.test/x",
                "https://cdn..example.com/x",
                "https://cdn.example.com../x",
                "https://.example.com/x",
                "https://-.example.com/x",
                "https://\u0001.example.com/x",
                "https://cdn\u3002example\u3002com/x",
                "https://\uff43dn.example.com/x",
                "https:///x",
                "https:x",
                "//cdn.example.com/x",
                "/x",
                "",
                "file:///etc/passwd",
                "ftp://cdn.example.com/x",
                "gopher://cdn.example.com/x",
                "data:image/png;base64,AAAA",
                "jar:https://cdn.example.com/x!/y",
                "https://cdn.example.com:99999/x",
                "https://cdn.example.com:-1/x",
                "https://cdn.example.com:0/x",
                "https://cdn.example.com /x",
                "https://cdn.example.com\r\nHost: evil.test/x"
            })
    void ambiguousUrlsAreRefused(String url) {
        names = Map.of(
                "cdn.example.com", List.of(PUBLIC),
                "evil.test", List.of(PUBLIC));
        // Every host that a lenient parser could read here is allowed, so only the spelling can be the reason for the
        // refusal.
        assertRefused(guard("*.example.com", "127.0.0.1"), url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTPS://CDN.Example.COM/x",
                "https://cdn.example.com./x",
                "https://cdn.example.com:443/x",
                "https://cdn.example.com:/x"
            })
    void equivalentSpellingsOfAnAllowedHostAreAccepted(String url) throws UnknownHostException {
        names = Map.of("cdn.example.com", List.of(PUBLIC));
        Destination destination = guard("*.example.com").check(url);
        assertThat(destination.host()).isEqualTo("cdn.example.com");
        assertThat(destination.port()).isEqualTo(443);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "*.com",
                "*.*.example.com",
                "https://cdn.example.com",
                "cdn.example.com:443",
                "",
                "10.0.0.0/8",
                "*.127.0.0.1",
                "127.1"
            })
    void malformedOrTooWideEntryIsRefusedAtStart(String entry) {
        assertThatThrownBy(() -> guard(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed-hosts");
    }

    @Test
    void refusalDoesNotQuoteTheUrl() {
        assertThatThrownBy(() -> guard("*.example.com").check("https://evil.test/secret-path?signature=abc"))
                .isInstanceOf(NotAnImageException.class)
                .message()
                .doesNotContain("secret-path")
                .doesNotContain("abc");
    }

    private AddressGuard guard(String... allowedHosts) {
        return new AddressGuard(Optional.empty(), List.of(allowedHosts), List.of(), this::resolve);
    }

    private AddressGuard guardOf(String providerUrl) {
        return new AddressGuard(Optional.of(URI.create(providerUrl)), List.of(), List.of(), this::resolve);
    }

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        resolved.add(name);
        if (!names.containsKey(name)) {
            throw new UnknownHostException();
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (String literal : names.get(name)) {
            addresses.add(InetAddress.getByName(literal));
        }
        return addresses;
    }

    private static void assertRefused(AddressGuard guard, String url) {
        assertThatThrownBy(() -> guard.check(url)).isInstanceOf(NotAnImageException.class);
    }
}

package dev.afterimage.provider;

import dev.afterimage.generation.GenerationException.NotAnImageException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a URL that came from outside may be called, so that nobody can make this service call its own network
 * (server-side request forgery).
 *
 * <ul>
 *   <li>A host that the operator names exactly in {@code allowed-hosts} may be private and plain http, on any port.
 *   <li>The provider's own host, and hosts that the description names or a wildcard covers, must have a public address and be
 *   https on port 443; the provider's own host may also use its configured port.
 *   <li>Every other host is refused, except by {@link #ofPublic}, for which every host with a public address is allowed
 *   under the same conditions.
 * </ul>
 *
 * <p>The name is resolved once, and the call goes to the address that was checked. So a name whose address changes in
 * between (DNS rebinding) gains nothing.
 */
final class AddressGuard {

    private static final int HTTPS = 443;

    /** The lists of allowed hosts, for refusals: a guard does not know whose it has. Callbacks have their own text. */
    private static final String ALLOWED_HOSTS =
            "allowed-hosts (of afterimage.provider or of afterimage.providers.\"…\")";

    private final AllowedHosts allowed;
    private final AllowedHosts described;
    private final Optional<Host> ownHost;
    private final int ownPort;
    private final HostResolver resolver;
    private final boolean anyPublicHost;

    /**
     * A guard for one provider.
     *
     * @param providerUrl the URL at which the provider is called; empty for none
     * @param allowedHosts the hosts that the operator allows: exact names, addresses, or {@code *.example.com}
     * @param describedHosts the hosts that the provider's description names, in the same spelling
     * @throws IllegalArgumentException when an entry of {@code allowedHosts} is no host
     */
    AddressGuard(
            Optional<URI> providerUrl, List<String> allowedHosts, List<String> describedHosts, HostResolver resolver) {
        this(providerUrl, allowedHosts, describedHosts, resolver, false);
    }

    private AddressGuard(
            Optional<URI> providerUrl,
            List<String> allowedHosts,
            List<String> describedHosts,
            HostResolver resolver,
            boolean anyPublicHost) {
        this.anyPublicHost = anyPublicHost;
        this.allowed = AllowedHosts.of(allowedHosts);
        this.described = AllowedHosts.of(describedHosts);
        this.ownHost = providerUrl.map(URI::getHost).flatMap(Host::ofUrl);
        this.ownPort = providerUrl.map(URI::getPort).filter(port -> port >= 0).orElse(HTTPS);
        this.resolver = resolver;
    }

    /** A guard that lets every host with a public address pass, by https on port 443. */
    static AddressGuard ofPublic(List<String> allowedHosts, HostResolver resolver) {
        return new AddressGuard(Optional.empty(), allowedHosts, List.of(), resolver, true);
    }

    /**
     * The destination of a call to this URL.
     *
     * @throws NotAnImageException when the URL may not be fetched
     * @throws UnknownHostException when the host has no address now
     */
    Destination check(String spelling) throws UnknownHostException {
        URI url = parse(spelling);
        boolean tls = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT).equals("https");
        int port = Destination.portOf(url, tls);
        Host host = Optional.ofNullable(url.getHost())
                .flatMap(Host::ofUrl)
                .orElseThrow(() -> refused("its host is not written as a plain name or address"));
        boolean named = allowed.names(host);
        if (!named) {
            checkUnnamed(host, tls, port);
        }
        return new Destination(tls, host.inUrl(), port, Destination.targetOf(url), Optional.of(addressOf(host, named)));
    }

    private static URI parse(String spelling) {
        URI url;
        try {
            url = new URI(spelling);
        } catch (URISyntaxException e) {
            throw refused("it is no URL by RFC 3986");
        }
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw refused("it is no absolute https URL");
        }
        if (url.getRawUserInfo() != null) {
            throw refused("it holds a user name");
        }
        return url;
    }

    private void checkUnnamed(Host host, boolean tls, int port) {
        boolean own = ownHost.filter(host::equals).isPresent();
        if (!anyPublicHost && !own && !allowed.covers(host) && !described.covers(host) && !described.names(host)) {
            throw refused("its host is neither described nor in " + ALLOWED_HOSTS);
        }
        if (!tls) {
            throw refused("it is not https, and " + ALLOWED_HOSTS + " does not name its host exactly");
        }
        if (port != HTTPS && !(own && port == ownPort)) {
            throw refused("its port is unusual, and " + ALLOWED_HOSTS + " does not name its host exactly");
        }
    }

    private InetAddress addressOf(Host host, boolean named) throws UnknownHostException {
        List<InetAddress> addresses =
                host.literal().isPresent() ? List.of(host.literal().get()) : resolver.resolve(host.name());
        return addresses.stream()
                .filter(address -> named || PublicAddress.is(address))
                .findFirst()
                .orElseThrow(() ->
                        refused("its address is not public, and " + ALLOWED_HOSTS + " does not name its host exactly"));
    }

    private static NotAnImageException refused(String why) {
        return new NotAnImageException("the provider answered a URL that may not be fetched: " + why);
    }

    /** Finds the addresses of a host name. */
    @FunctionalInterface
    public interface HostResolver {

        /**
         * All addresses, in the order in which they should be tried; at least one.
         *
         * @throws UnknownHostException when there is none, or the name service does not answer
         */
        List<InetAddress> resolve(String name) throws UnknownHostException;

        /** The machine's own resolver. */
        static HostResolver ofMachine() {
            return name -> List.of(InetAddress.getAllByName(name));
        }
    }

    /**
     * A list of hosts, as an operator or a description writes it.
     *
     * @param named exact names and addresses, in canonical spelling
     * @param suffixes the ends of names below a domain, such as {@code .example.com}
     */
    record AllowedHosts(Set<String> named, List<String> suffixes) {

        /**
         * Reads such a list.
         *
         * @throws IllegalArgumentException when an entry is no host, or a wildcard over a whole top-level domain
         */
        static AllowedHosts of(List<String> entries) {
            Set<String> named = new HashSet<>();
            List<String> suffixes = new ArrayList<>();
            for (String entry : entries) {
                String trimmed = entry.strip();
                if (trimmed.startsWith("*.")) {
                    suffixes.add("." + domain(trimmed.substring(2), entry));
                } else {
                    named.add(Host.ofOperator(trimmed)
                            .orElseThrow(() -> invalid(entry))
                            .name());
                }
            }
            return new AllowedHosts(Set.copyOf(named), List.copyOf(suffixes));
        }

        private static String domain(String spelling, String entry) {
            return Host.ofUrl(spelling)
                    .filter(host -> host.literal().isEmpty() && host.name().contains("."))
                    .orElseThrow(() -> invalid(entry))
                    .name();
        }

        private static IllegalArgumentException invalid(String entry) {
            return new IllegalArgumentException(
                    "In a list of allowed hosts (allowed-hosts of afterimage.provider, of afterimage.providers.\"…\""
                            + " or of afterimage.callbacks) write a host name or address without scheme and port, such as"
                            + " cdn.example.com, 10.0.0.7 or *.example.com, instead of '"
                            + entry + "'.");
        }

        /** Whether the list names this very host. */
        boolean names(Host host) {
            return named.contains(host.name());
        }

        /** Whether a wildcard covers this name; addresses are never covered. */
        boolean covers(Host host) {
            return host.literal().isEmpty() && suffixes.stream().anyMatch(host.name()::endsWith);
        }
    }
}

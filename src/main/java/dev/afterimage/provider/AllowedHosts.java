package dev.afterimage.provider;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The hosts from which the operator lets images be fetched ({@code afterimage.provider.allowed-hosts}).
 *
 * @param named exact names and addresses, in canonical spelling; they may be private and plain http
 * @param suffixes the ends of names below a domain, such as {@code .example.com}
 */
record AllowedHosts(Set<String> named, List<String> suffixes) {

    /**
     * Reads the operator's list.
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
        return new IllegalArgumentException("afterimage.provider.allowed-hosts: write a host name or address without"
                + " scheme and port, such as cdn.example.com, 10.0.0.7 or *.example.com, instead of '" + entry + "'.");
    }

    /** Whether the operator named this very host. */
    boolean names(Host host) {
        return named.contains(host.name());
    }

    /** Whether a wildcard covers this name; addresses are never covered. */
    boolean covers(Host host) {
        return host.literal().isEmpty() && suffixes.stream().anyMatch(host.name()::endsWith);
    }
}

package dev.afterimage.provider;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The host of a URL in its one canonical spelling, so that comparing names compares hosts. Names are lower case without
 * the root's dot; addresses are dotted decimal or plain IPv6. What some programs read as an address and others as a name
 * ({@code 127.1}, {@code 0x7f.0.0.1}, {@code 2130706433}, zone identifiers) is refused.
 *
 * @param name the name, or the address in Java's spelling
 * @param literal the address, when the host is one
 */
record Host(String name, Optional<InetAddress> literal) {

    private static final int MAX_NAME = 253;
    private static final Pattern LABELS =
            Pattern.compile("(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** WHATWG URL Standard, "ends in a number": such a host is an IPv4 address or nothing. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern DOTTED_DECIMAL = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*");

    /** Reads the host of a URL: IPv6 in brackets. Empty when it is no host, or has more than one meaning. */
    static Optional<Host> ofUrl(String spelling) {
        if (spelling.startsWith("[") && spelling.endsWith("]")) {
            return ipv6(spelling.substring(1, spelling.length() - 1));
        }
        return spelling.contains(":") ? Optional.empty() : of(spelling);
    }

    /** Reads a host as an operator writes it: IPv6 with or without brackets. */
    static Optional<Host> ofOperator(String spelling) {
        return spelling.contains(":") && !spelling.startsWith("[") ? ipv6(spelling) : ofUrl(spelling);
    }

    private static Optional<Host> of(String spelling) {
        String lower = spelling.toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (DOTTED_DECIMAL.matcher(name).matches()) {
            return address(name);
        }
        boolean isName = name.length() <= MAX_NAME
                && LABELS.matcher(name).matches()
                && !ENDS_IN_NUMBER.matcher(name).matches();
        return isName ? Optional.of(new Host(name, Optional.empty())) : Optional.empty();
    }

    private static Optional<Host> ipv6(String spelling) {
        String lower = spelling.toLowerCase(Locale.ROOT);
        return IPV6.matcher(lower).matches() ? address(lower) : Optional.empty();
    }

    /** Reads an address. The text already has the form of one, so that no name service is asked. */
    private static Optional<Host> address(String literal) {
        try {
            InetAddress address = InetAddress.getByName(literal.contains(":") ? "[" + literal + "]" : literal);
            return Optional.of(new Host(address.getHostAddress(), Optional.of(address)));
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }

    /** The host as it is written in a URL and the header {@code Host}: IPv6 in brackets. */
    String inUrl() {
        return name.contains(":") ? "[" + name + "]" : name;
    }
}

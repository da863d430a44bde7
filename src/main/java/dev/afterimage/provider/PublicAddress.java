package dev.afterimage.provider;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells public addresses from all others, by IANA's special-purpose address registries (RFC 6890 and its successors). An
 * IPv6 address can be public only within global unicast (2000::/3). One that contains an IPv4 address (mapped,
 * compatible, NAT64, 6to4, Teredo) never is, because it may lead to a private one.
 */
final class PublicAddress {

    private static final List<Block> SPECIAL_IPV4 = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private (RFC 1918)
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link-local, cloud metadata
                    "172.16.0.0/12", // private (RFC 1918)
                    "192.0.0.0/24", // IETF protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // 6to4 relay
                    "192.168.0.0/16", // private (RFC 1918)
                    "198.18.0.0/15", // benchmarking
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4") // reserved, broadcast
            .map(Block::of)
            .toList();

    private static final Block GLOBAL_UNICAST = Block.of("2000::/3");

    private static final List<Block> SPECIAL_IPV6 = Stream.of(
                    "2001::/23", // IETF protocol assignments: Teredo, ORCHID, benchmarking
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "3fff::/20") // documentation
            .map(Block::of)
            .toList();

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return SPECIAL_IPV4.stream().noneMatch(block -> block.contains(bytes));
        }
        return GLOBAL_UNICAST.contains(bytes) && SPECIAL_IPV6.stream().noneMatch(block -> block.contains(bytes));
    }

    /** A CIDR block: the addresses that share their first bits. */
    private record Block(BigInteger network, int hostBits) {

        static Block of(String cidr) {
            String[] parts = cidr.split("/", 2);
            try {
                byte[] network = InetAddress.getByName(parts[0]).getAddress();
                int hostBits = network.length * Byte.SIZE - Integer.parseInt(parts[1]);
                return new Block(new BigInteger(1, network).shiftRight(hostBits), hostBits);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(cidr, e);
            }
        }

        boolean contains(byte[] address) {
            return new BigInteger(1, address).shiftRight(hostBits).equals(network);
        }
    }
}

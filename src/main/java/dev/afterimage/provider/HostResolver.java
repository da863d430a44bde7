package dev.afterimage.provider;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

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

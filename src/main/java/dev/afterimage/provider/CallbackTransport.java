package dev.afterimage.provider;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.provider.AddressGuard.HostResolver;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Posts callbacks over https to public addresses, and to hosts that the operator names. The name is resolved once, and
 * the call goes to the address that was checked. Redirects are not followed.
 */
public final class CallbackTransport implements Callbacks.Transport {

    /** More of an answer is not read: its status says all. Small answers are read, so that the connection may be used again. */
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private final Exchange http;
    private final AddressGuard guard;
    private final Duration timeout;

    private CallbackTransport(Exchange http, AddressGuard guard, Duration timeout) {
        this.http = http;
        this.guard = guard;
        this.timeout = timeout;
    }

    /**
     * A transport over this client.
     *
     * @param http supplies the client at each callback, so that none is made before the first
     * @param allowedHosts the hosts that may also be private and plain http
     * @param timeout from the departure to the answer's last byte
     */
    public static CallbackTransport of(Supplier<ProviderHttp> http, List<String> allowedHosts, Duration timeout) {
        return new CallbackTransport(
                (call, departure) -> http.get().exchange(call, departure),
                AddressGuard.ofPublic(allowedHosts, HostResolver.ofMachine()),
                timeout);
    }

    @Override
    public void check(URI url) {
        try {
            destination(url);
        } catch (UnknownHostException e) {
            throw new InvalidRequestException("Let callback name a host that has an address.", "callback");
        }
    }

    private Destination destination(URI url) throws UnknownHostException {
        try {
            return guard.check(url.toString());
        } catch (NotAnImageException refused) {
            throw new InvalidRequestException(
                    "Let callback be an https URL whose host has a public address, without a user name; the service's operator"
                            + " may allow others (afterimage.callbacks.allowed-hosts).",
                    "callback");
        }
    }

    @Override
    public int post(URI url, Map<String, String> headers, String body) throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("User-Agent", "afterimage");
        try {
            return http.exchange(
                            new HttpCall(
                                    "POST",
                                    destination(url),
                                    all,
                                    Optional.of(body),
                                    Purpose.NOTICE,
                                    MAX_ANSWER_BYTES,
                                    timeout),
                            () -> {})
                    .status();
        } catch (GenerationException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }
}

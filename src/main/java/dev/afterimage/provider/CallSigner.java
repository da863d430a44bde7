package dev.afterimage.provider;

import java.net.URI;
import java.util.Map;

/** Port: signs a call with AWS Signature Version 4 and the credentials of this machine. */
@FunctionalInterface
public interface CallSigner {

    /**
     * The call's headers, with the signature among them. May block at first use.
     *
     * @param service such as {@code bedrock}
     * @param url whose host names the region
     * @throws dev.afterimage.generation.UnavailableException when there are no credentials now
     */
    Map<String, String> sign(String service, String method, URI url, Map<String, String> headers, byte[] body);
}

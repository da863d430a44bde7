package dev.afterimage.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A URL taken apart as CloudFront takes it apart: the signing parameters, and the resource that is left without them, in its
 * former order. Names are compared as they stand, undecoded, case included.
 *
 * @param resource the URL that was signed
 * @param repeated one of the signing parameters stands there more than once
 * @param customPolicy a {@code Policy} parameter stands there, which makes it another kind of URL
 */
record SignedParameters(
        String resource,
        @Nullable String expires,
        @Nullable String signature,
        @Nullable String keyPairId,
        boolean repeated,
        boolean customPolicy) {

    static SignedParameters of(String url) {
        int mark = url.indexOf('?');
        if (mark < 0) {
            return new SignedParameters(url, null, null, null, false, false);
        }
        String expires = null;
        String signature = null;
        String keyPairId = null;
        boolean repeated = false;
        boolean customPolicy = false;
        List<String> others = new ArrayList<>();
        for (String parameter : url.substring(mark + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String value = parameter.substring(equals + 1);
            switch (equals < 0 ? "" : parameter.substring(0, equals)) {
                case "Expires" -> {
                    repeated |= expires != null;
                    expires = value;
                }
                case "Signature" -> {
                    repeated |= signature != null;
                    signature = value;
                }
                case "Key-Pair-Id" -> {
                    repeated |= keyPairId != null;
                    keyPairId = value;
                }
                case "Policy" -> customPolicy = true;
                default -> others.add(parameter);
            }
        }
        String path = url.substring(0, mark);
        String resource = others.isEmpty() ? path : path + "?" + String.join("&", others);
        return new SignedParameters(resource, expires, signature, keyPairId, repeated, customPolicy);
    }
}

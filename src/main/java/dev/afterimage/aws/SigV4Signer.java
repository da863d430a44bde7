package dev.afterimage.aws;

import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * Signs calls to image APIs of AWS with Signature Version 4, by the SDK's own signer and with the credentials of this
 * machine.
 */
public final class SigV4Signer {

    private static final Pattern REGION = Pattern.compile("[^.]+\\.([a-z0-9-]+)\\.amazonaws\\.com(\\.cn)?");

    private final AwsCredentialsProvider credentials;
    private final String defaultRegion;
    private final Clock clock;

    /**
     * A signer.
     *
     * @param defaultRegion the region for a host whose name has none
     */
    public SigV4Signer(AwsCredentialsProvider credentials, String defaultRegion, Clock clock) {
        this.credentials = credentials;
        this.defaultRegion = defaultRegion;
        this.clock = clock;
    }

    /**
     * The headers with the signature among them.
     *
     * @throws KeyUnavailableException when there are no credentials now
     */
    public Map<String, String> sign(String service, String method, URI url, Map<String, String> headers, byte[] body) {
        SdkHttpRequest.Builder unsigned =
                SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method)).uri(url);
        headers.forEach(unsigned::putHeader);
        Matcher host = REGION.matcher(url.getHost());
        Map<String, String> signed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        AwsV4HttpSigner.create()
                .sign(request -> request.identity(identity())
                        .request(unsigned.build())
                        .payload(() -> new ByteArrayInputStream(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, host.matches() ? host.group(1) : defaultRegion)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                .request()
                .forEachHeader((name, values) -> signed.put(name, String.join(",", values)));
        signed.remove("Host"); // The HTTP client adds the same one.
        return signed;
    }

    private AwsCredentials identity() {
        try {
            return credentials.resolveCredentials();
        } catch (SdkClientException e) {
            throw new KeyUnavailableException("there are no AWS credentials to sign with", e);
        }
    }
}

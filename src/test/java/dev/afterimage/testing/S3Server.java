package dev.afterimage.testing;

import dev.afterimage.aws.ClientLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * S3 in the test's own process (S3Proxy, objects in memory) on a free port; it checks signatures, and honours
 * {@code If-Match} as S3 does.
 */
public final class S3Server implements AutoCloseable {

    public static final String ACCESS_KEY = "test-access-key";
    public static final String SECRET_KEY = "test-secret-key";
    public static final String BUCKET = "images";

    private final S3Proxy proxy;

    private S3Server(S3Proxy proxy) {
        this.proxy = proxy;
    }

    /**
     * As a process of its own, for measurements, until it is killed: on the port that is the first argument; where more are said,
     * at that address, for that access key and secret.
     */
    public static void main(String... arguments) {
        int port = Integer.parseInt(arguments[0]);
        if (arguments.length == 1) {
            start(port);
        } else {
            start(URI.create("http://" + arguments[1] + ":" + port), arguments[2], arguments[3]);
        }
    }

    /** A running server with an empty {@value #BUCKET}. */
    public static S3Server start() {
        return start(0);
    }

    private static S3Server start(int port) {
        return start(URI.create("http://127.0.0.1:" + port), ACCESS_KEY, SECRET_KEY);
    }

    private static S3Server start(URI address, String accessKey, String secretKey) {
        try {
            S3Proxy proxy = S3Proxy.builder()
                    .endpoint(address)
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .blobStore(new AtomicObjects(BlobStores.create("transient-nio2", new Properties())))
                    .ignoreUnknownHeaders(true)
                    .jettyMaxThreads(24)
                    .build();
            proxy.start();
            S3Server server = new S3Server(proxy);
            AwsBasicCredentials owner = AwsBasicCredentials.create(accessKey, secretKey);
            try (S3Client s3 = clientOf(server.endpoint())
                    .credentialsProvider(StaticCredentialsProvider.create(owner))
                    .build()) {
                s3.createBucket(request -> request.bucket(BUCKET));
            }
            return server;
        } catch (Exception e) {
            throw new AssertionError("S3Proxy does not start", e);
        }
    }

    public int port() {
        return proxy.getPort();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public S3Client client() {
        ClientLimits patient = new ClientLimits(Duration.ofSeconds(20), Duration.ofSeconds(60), 2);
        return patient.limitS3(clientOf(endpoint())).build();
    }

    /**
     * A client as the service has it, for this server or for a proxy before it. Bodies go out in one piece: sent in chunks,
     * they end with a trailer that S3Proxy does not read, so that it resets the connection now and then after a write.
     */
    public static S3ClientBuilder clientOf(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new AssertionError("S3Proxy does not stop", e);
        }
    }

    /**
     * One step at a time, as in S3: S3Proxy compares {@code If-Match} and then writes, and reads an object's metadata and then
     * its bytes.
     */
    private static final class AtomicObjects extends ForwardingBlobStore {

        private final ReentrantLock lock = new ReentrantLock();

        AtomicObjects(BlobStore objects) {
            super(objects);
        }

        @Override
        public PutObjectResponse putBlob(PutObjectRequest put, InputStream content) {
            byte[] bytes = whole(content);
            lock.lock();
            try {
                if (put.ifMatch() != null && !unquoted(put.ifMatch()).equals(unquoted(eTag(put)))) {
                    throw S3Exceptions.preconditionFailed(null);
                }
                return super.putBlob(put, new ByteArrayInputStream(bytes));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest get) {
            lock.lock();
            try (ResponseInputStream<GetObjectResponse> object = super.getBlob(get)) {
                InputStream bytes = new ByteArrayInputStream(object.readAllBytes());
                return new ResponseInputStream<>(object.response(), AbortableInputStream.create(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                lock.unlock();
            }
        }

        private String eTag(PutObjectRequest put) {
            return blobMetadata(HeadObjectRequest.builder()
                            .bucket(put.bucket())
                            .key(put.key())
                            .build())
                    .eTag();
        }

        private static String unquoted(String eTag) {
            return eTag.replace("\"", "");
        }

        private static byte[] whole(InputStream content) {
            try {
                return content.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

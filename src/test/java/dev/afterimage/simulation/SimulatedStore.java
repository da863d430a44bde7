package dev.afterimage.simulation;

import dev.afterimage.simulation.Faults.Port;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The one S3 bucket of the fleet, with conditional writes, which the service uses through its own adapter. */
final class SimulatedStore {

    /** An object that is, or was, in the bucket. */
    record Stored(String name, byte[] content, Map<String, String> metadata, String tag, long at) {}

    private final Simulation world;
    private final Map<String, Stored> objects = new TreeMap<>();
    private final List<Stored> everWritten = new ArrayList<>();
    private boolean down;
    private boolean full;
    private double failures;

    SimulatedStore(Simulation world) {
        this.world = world;
    }

    void down(boolean isDown) {
        down = isDown;
    }

    /** Makes the bucket full: it can be read, but refuses every write. */
    void full(boolean isFull) {
        full = isFull;
    }

    /** Sets the chance, from 0 to 1, that a call fails; half of those that fail were carried out. */
    void failures(double chance) {
        failures = chance;
    }

    /** The object of this name, read without the network and its faults. */
    @Nullable Stored find(String name) {
        return objects.get(name);
    }

    List<Stored> everWritten() {
        return everWritten;
    }

    S3Client client(SimulatedMachine machine, Faults faults) {
        return new Client(machine, faults);
    }

    private static String tag(byte[] content) {
        return Integer.toHexString(java.util.Arrays.hashCode(content)) + "-" + content.length;
    }

    private static S3Exception refusal(int status, String code) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }

    /** The part of a call that the server does. */
    private interface Work<T> {
        T done();
    }

    private final class Client implements S3Client {

        private final SimulatedMachine machine;
        private final Faults faults;

        private Client(SimulatedMachine machine, Faults faults) {
            this.machine = machine;
            this.faults = faults;
        }

        private <T> T call(Work<T> work) {
            faults.crossing(Port.STORE, machine, false);
            travel();
            if (down) {
                throw SdkClientException.create("simulated: no answer");
            }
            boolean fails = failures > 0 && world.chance().nextDouble() < failures;
            if (fails && world.chance().nextBoolean()) {
                throw refusal(503, "SlowDown");
            }
            T answer = work.done();
            faults.crossing(Port.STORE, machine, true);
            travel();
            if (fails) {
                throw SdkClientException.create("simulated: the answer was lost");
            }
            return answer;
        }

        private void travel() {
            machine.travel(Duration.ofMillis(3 + world.chance().nextInt(15)));
        }

        @Override
        public <T> T getObject(GetObjectRequest request, ResponseTransformer<GetObjectResponse, T> transformer) {
            Stored stored = call(() -> objects.get(request.key()));
            if (stored == null) {
                throw NoSuchKeyException.builder().statusCode(404).build();
            }
            try {
                return transformer.transform(
                        GetObjectResponse.builder()
                                .metadata(stored.metadata())
                                .eTag(stored.tag())
                                .build(),
                        AbortableInputStream.create(new java.io.ByteArrayInputStream(stored.content())));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
            byte[] content = bytes(body);
            return call(() -> {
                if (full) {
                    throw refusal(507, "InsufficientStorage");
                }
                Stored standing = objects.get(request.key());
                boolean refused = request.ifNoneMatch() != null && standing != null
                        || request.ifMatch() != null
                                && (standing == null || !standing.tag().equals(request.ifMatch()));
                if (refused) {
                    throw refusal(standing == null ? 404 : 412, "PreconditionFailed");
                }
                Stored stored = new Stored(
                        request.key(),
                        content,
                        request.metadata() == null ? Map.of() : new HashMap<>(request.metadata()),
                        tag(content),
                        world.now());
                objects.put(request.key(), stored);
                everWritten.add(stored);
                world.tell("stored %s", stored.name());
                return PutObjectResponse.builder().eTag(stored.tag()).build();
            });
        }

        @Override
        public DeleteObjectResponse deleteObject(DeleteObjectRequest request) {
            return call(() -> {
                Stored standing = objects.get(request.key());
                if (request.ifMatch() != null
                        && standing != null
                        && !standing.tag().equals(request.ifMatch())) {
                    throw refusal(412, "PreconditionFailed");
                }
                objects.remove(request.key());
                world.tell("removed %s", request.key());
                return DeleteObjectResponse.builder().build();
            });
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static byte[] bytes(RequestBody body) {
        try (var stream = body.contentStreamProvider().newStream()) {
            return stream.readAllBytes();
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The bytes of an object as text, a character a byte. */
    static String text(Stored stored) {
        return new String(stored.content(), StandardCharsets.ISO_8859_1);
    }
}

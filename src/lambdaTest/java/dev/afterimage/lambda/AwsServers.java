package dev.afterimage.lambda;

import dev.afterimage.testing.Keys;
import dev.afterimage.testing.RedisServerResource;
import dev.afterimage.testing.S3ServerResource;
import dev.afterimage.testing.SqsServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The servers that a function needs: Redis, S3 and SQS, each on a free port. */
public final class AwsServers implements QuarkusTestResourceLifecycleManager {

    private final RedisServerResource redis = new RedisServerResource();
    private final S3ServerResource s3 = new S3ServerResource();
    private @Nullable SqsServer sqs;

    @Override
    public Map<String, String> start() {
        SqsServer queues = new SqsServer(Clock.systemUTC());
        sqs = queues;
        Map<String, String> settings = new HashMap<>();
        settings.putAll(redis.start());
        settings.putAll(s3.start());
        settings.put("quarkus.sqs.endpoint-override", queues.endpoint().toString());
        settings.put("quarkus.sqs.aws.region", "us-east-1");
        settings.put("quarkus.sqs.aws.credentials.type", "static");
        settings.put("quarkus.sqs.aws.credentials.static-provider.access-key-id", "test");
        settings.put("quarkus.sqs.aws.credentials.static-provider.secret-access-key", "test");
        try (SqsClient client = queues.client()) {
            for (String name : new String[] {"interactive", "bulk", "dead-letter"}) {
                settings.put(
                        "afterimage.sqs." + name + "-queue-url",
                        client.createQueue(request -> request.queueName(name)).queueUrl());
            }
        }
        settings.put("afterimage.backend", "aws");
        settings.put(
                "afterimage.delivery.private-key", pem(Keys.FIRST.getPrivate().getEncoded()));
        return settings;
    }

    /** How many messages wait in the dead-letter queue. */
    int deadLetters(String url) {
        try (SqsClient client = java.util.Objects.requireNonNull(sqs).client()) {
            return client.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10))
                    .messages()
                    .size();
        }
    }

    private static String pem(byte[] der) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PRIVATE KEY-----\n";
    }

    @Override
    public void stop() {
        redis.stop();
        s3.stop();
        if (sqs != null) {
            sqs.close();
        }
    }
}

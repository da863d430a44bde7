package dev.afterimage.testing;

import java.net.URI;
import java.time.Clock;
import java.time.OffsetDateTime;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.http.scaladsl.Http;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.elasticmq.rest.sqs.TheSQSRestServerBuilder;
import org.elasticmq.util.NowProvider;
import scala.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Amazon SQS on a free port of this process (ElasticMQ), with the test's clock for visibility time-outs. Delays count from
 * the machine's time; a test whose clock is ahead of that sees delayed messages at once.
 */
public final class SqsServer implements AutoCloseable {

    private final ActorSystem actors = ActorSystem.create("sqs");
    private final SQSRestServer server;
    private final int port;

    public SqsServer(Clock clock) {
        this(clock, 0);
    }

    /** As a process of its own, for measurements: on the port that is the one argument, until it is killed. */
    public static void main(String... arguments) {
        new SqsServer(Clock.systemUTC(), Integer.parseInt(arguments[0]));
    }

    private SqsServer(Clock clock, int fixedPort) {
        NowProvider now = new NowProvider() {
            @Override
            public long nowMillis() {
                return clock.millis();
            }

            @Override
            public OffsetDateTime now() {
                return OffsetDateTime.now(clock);
            }
        };
        ActorRef queues = actors.actorOf(Props.create(
                QueueManagerActor.class, () -> new QueueManagerActor(now, StrictSQSLimits$.MODULE$, Option.empty())));
        TheSQSRestServerBuilder builder = SQSRestServerBuilder.withActorSystem(actors)
                .withQueueManagerActor(queues)
                .withInterface("localhost");
        server = (fixedPort == 0 ? builder.withDynamicPort() : builder.withPort(fixedPort)).start();
        Http.ServerBinding binding = server.waitUntilStarted();
        port = binding.localAddress().getPort();
    }

    public URI endpoint() {
        return URI.create("http://localhost:" + port);
    }

    public SqsClient client() {
        return SqsClient.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @Override
    public void close() {
        server.stopAndWait();
        actors.terminate();
    }
}

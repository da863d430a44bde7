package dev.afterimage.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.RedisProcess;
import dev.afterimage.testing.S3Server;
import dev.afterimage.testing.SqsServer;
import dev.afterimage.testing.StrictProvider;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * The three functions of template.yaml with exactly the environment that it gives them, each a process that is frozen between
 * two events, as Lambda does it. What each test asks for is paid for once, by the provider's own books.
 */
@Timeout(120)
class DeployedFunctionsIT {

    private static final String CACHE_PASSWORD = "hunter2hunter2";
    private static final Map<String, String> CSV = Map.of("content-type", "text/csv");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final RedisProcess REDIS = RedisProcess.start("requirepass " + CACHE_PASSWORD);
    private static final S3Server S3 = S3Server.start();
    private static final SqsServer SQS = new SqsServer(Clock.systemUTC());
    private static final S3Client BUCKET = S3.client();
    private static final SqsClient QUEUES = SQS.client();
    // A window that is a tenth shorter than the limiter's: see there.
    private static final StrictProvider PROVIDER = new StrictProvider(10, Duration.ofMillis(900));

    private static Map<String, String> queueUrls;
    private static HttpServer secrets;
    private static Template template;
    private static FunctionProcess api;
    private static FunctionProcess worker;
    /** What EventBridge Scheduler replaces with the time that the schedule names. */
    private static final String SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";

    private static FunctionProcess planner;

    @BeforeAll
    static void deploy(@TempDir Path task) throws IOException, InterruptedException {
        FunctionProcess.unzip(task);
        secrets = secretsManager(Map.of(
                "the-providers-key", "key-1",
                "the-links-secrets", JSON.writeValueAsString(Map.of("current", "1", "1", "s".repeat(64))),
                "the-signing-key",
                        JSON.writeValueAsString(
                                Map.of("keyPairId", "K1", "privateKey", PemKeys.write(Keys.FIRST.getPrivate())))));
        queueUrls = new HashMap<>();
        for (String queue : List.of("InteractiveQueue", "BulkQueue", "DeadLetterQueue")) {
            queueUrls.put(
                    queue,
                    QUEUES.createQueue(request -> request.queueName(queue)).queueUrl());
        }
        template = Template.read(
                Path.of("template.yaml"),
                Map.of(
                        "ProviderKind",
                        "json",
                        "ProviderUrl",
                        PROVIDER.url().toString(),
                        "AnswerDeadline",
                        "10",
                        "CallbackSecret",
                        "c".repeat(32)),
                resources());
        api = start(task, "ApiFunction");
        worker = start(task, "WorkerFunction");
        planner = start(task, "PlannerFunction");
    }

    /** What the references to resources of the three functions' environments are here. */
    private static Map<String, String> resources() {
        Map<String, String> resources = new HashMap<>(queueUrls);
        resources.putAll(Map.of(
                "AWS::StackName", "afterimage",
                "Cache.Outputs.Hosts", REDIS.url(),
                "Cache.Outputs.AuthSecretArn", "the-caches-password",
                "Delivery.Outputs.BucketName", S3Server.BUCKET,
                "Delivery.Outputs.BaseUrl", "https://cdn.example",
                "Delivery.Outputs.SigningKeyArn", "the-signing-key",
                "LinkSecrets", "the-links-secrets",
                "ProviderApiKey", "the-providers-key"));
        return resources;
    }

    private static FunctionProcess start(Path task, String function) throws IOException, InterruptedException {
        Map<String, String> environment = template.environment(function);
        // CloudFormation fills this reference in by itself.
        assertThat(environment)
                .containsEntry("QUARKUS_REDIS_PASSWORD", "{{resolve:secretsmanager:the-caches-password:SecretString}}");
        environment.put("QUARKUS_REDIS_PASSWORD", CACHE_PASSWORD);
        // This machine may be busier than Lambda's.
        environment.put("AFTERIMAGE_REDIS_TIMEOUT", "5s");
        // Who is told here is not on the internet.
        environment.put("AFTERIMAGE_CALLBACKS_ALLOWED_HOSTS", "127.0.0.1");
        environment.putAll(Map.of(
                "AWS_ACCESS_KEY_ID",
                S3Server.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                S3Server.SECRET_KEY,
                "QUARKUS_S3_ENDPOINT_OVERRIDE",
                S3.endpoint().toString(),
                "QUARKUS_S3_PATH_STYLE_ACCESS",
                "true",
                "QUARKUS_SQS_ENDPOINT_OVERRIDE",
                SQS.endpoint().toString(),
                "QUARKUS_SECRETSMANAGER_ENDPOINT_OVERRIDE",
                "http://127.0.0.1:" + secrets.getAddress().getPort()));
        FunctionProcess process = new FunctionProcess(task, environment);
        process.freeze();
        return process;
    }

    /** The one call of Secrets Manager that anybody makes. */
    private static HttpServer secretsManager(Map<String, String> secrets) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", (HttpExchange exchange) -> {
            try (exchange) {
                String name = JSON.readTree(exchange.getRequestBody())
                        .path("SecretId")
                        .asText();
                byte[] body = JSON.writeValueAsBytes(Map.of("Name", name, "SecretString", secrets.get(name)));
                exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    @AfterAll
    static void tearDown() {
        List.of(api, worker, planner).forEach(FunctionProcess::close);
        secrets.stop(0);
        PROVIDER.close();
        QUEUES.close();
        BUCKET.close();
        SQS.close();
        S3.close();
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        PROVIDER.allows(10, Duration.ofMillis(900));
        queueUrls.values().forEach(url -> QUEUES.purgeQueue(request -> request.queueUrl(url)));
    }

    @Test
    void aMissIsPaidForOnceAndThenAHit() throws Exception {
        Answer miss = ask("{\"template\":\"card\",\"data\":{\"title\":\"one\"}}");
        Answer hit = ask("{\"template\":\"card\",\"data\":{\"title\":\"one\"}}");

        assertThat(miss.status()).isEqualTo(200);
        assertThat(miss.header("cache-status")).isEqualTo("afterimage; fwd=miss; stored");
        assertThat(hit.header("cache-status")).isEqualTo("afterimage; hit");
        assertThat(hit.body().getString("url"))
                .startsWith("https://cdn.example/images/")
                .contains("Key-Pair-Id=K1");
        assertBills(1);
    }

    @Test
    void imageThatArrivesAfterTheResponseIsStored() throws Exception {
        ask("{\"template\":\"card\",\"data\":{\"title\":\"early\"}}"); // a first call has more to do than to leave
        PROVIDER.takes(Duration.ofSeconds(8));
        Answer late = send(Events.http(
                "POST",
                "/v1/images",
                "{\"template\":\"card\",\"data\":{\"title\":\"late\"}}",
                Map.of("prefer", "wait=5")));
        assertThat(late.status()).isEqualTo(202);

        // The process was frozen when its call had landed, and not before.
        Answer landed = send(Events.http("GET", late.header("location"), null));
        assertThat(landed.status()).as("%d bills", PROVIDER.billed()).isEqualTo(200);
        work("InteractiveQueue");
        assertBills(2);
    }

    @Test
    void theRowsOfABatchAreMadeByTheWorker() throws Exception {
        Answer accepted = send(Events.http(
                "POST",
                "/v1/batches",
                "{\"jobs\":["
                        + "{\"template\":\"card\",\"data\":{\"title\":\"a\"}},"
                        + "{\"template\":\"card\",\"data\":{\"title\":\"b\"}},"
                        + "{\"template\":\"card\",\"data\":{\"title\":\"a\"}}]}"));
        assertThat(accepted.status()).isEqualTo(202);
        work("BulkQueue");

        JsonPath batch =
                send(Events.http("GET", accepted.header("location"), null)).body();
        assertThat(batch.getString("state")).isEqualTo("finished");
        assertThat(batch.getInt("generated")).isEqualTo(2);
        assertThat(batch.getInt("hits")).isEqualTo(1);
        assertBills(2);
    }

    @Test
    void theRowsOfALargeBatchComeByS3() throws Exception {
        JsonPath place = send(Events.http("POST", "/v1/batches/uploads", null)).body();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest put = HttpRequest.newBuilder(URI.create(place.getString("url")))
                    .PUT(HttpRequest.BodyPublishers.ofString("title\nlarge\nlarger\n"))
                    .build();
            assertThat(client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }

        Answer accepted =
                send(Events.http("POST", "/v1/batches?template=card&upload=" + place.getString("upload"), null, CSV));
        Answer absent =
                send(Events.http("POST", "/v1/batches?template=card&upload=01jqvcx7h5m0a2b3c4d5e6f7g8", null, CSV));

        assertThat(accepted.body().getInt("total")).isEqualTo(2);
        assertThat(absent.status()).isEqualTo(404);
        assertThat(work("BulkQueue")).isEqualTo(2);
        assertBills(2);
    }

    @Test
    void planGeneratesImagesOnceAndTheNextPlanFindsThemFresh() throws Exception {
        BUCKET.putObject(
                request -> request.bucket(S3Server.BUCKET).key("catalogues/catalogue.csv"),
                RequestBody.fromString("template,title\nnight,first\nnight,second\nnight,first\n"));
        plan();
        assertThat(work("BulkQueue")).isEqualTo(2);
        assertThat(ask("{\"template\":\"night\",\"data\":{\"title\":\"second\"}}")
                        .header("cache-status"))
                .isEqualTo("afterimage; hit");
        assertBills(2);
    }

    @Test
    void anOperatorHasTheCatalogueOfTheNightPlannedNow() throws Exception {
        BUCKET.putObject(
                request -> request.bucket(S3Server.BUCKET).key("catalogues/catalogue.csv"),
                RequestBody.fromString("template,title\nnow,first\nnow,second\n"));

        Answer price = send(Events.http("POST", "/v1/catalogues/nightly?dry-run=true", null));
        Answer planned = send(Events.http("POST", "/v1/catalogues/nightly", null));

        assertThat(price.body().getInt("missing")).isEqualTo(2);
        assertThat(planned.body().getBoolean("complete")).isTrue();
        assertThat(planned.body().getInt("enqueued")).isEqualTo(2);
        assertThat(work("BulkQueue")).isEqualTo(2);
        assertBills(2);
    }

    /** Routes that are asked once: method and target, body, status, and a member of the answer. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /v1/images/generations | {\"model\":\"card\",\"prompt\":\"a cat\"} | 200 | data[0].url",
                "POST /v1/images/generations | {\"prompt\":\"a cat\"} | 400 | error.message",
                "POST /v1/batches?dry-run=true | {\"jobs\":[{\"template\":\"dry\",\"data\":{}}]} | 200 | missing",
                "GET /v1/batches/01jqvcx7h5m0a2b3c4d5e6f7g8/images | | 404 | type",
                "POST /v1/catalogues/unknown | | 404 | type",
                "GET /v1/receipts?state=lost | | 400 | type",
                "GET /v1/usage | | 200 | month",
            })
    void aRouteIsServed(String target, @Nullable String body, int status, String member) throws Exception {
        String[] methodAndPath = target.split(" ", 2);

        Answer answer = send(Events.http(methodAndPath[0], methodAndPath[1], body));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().getString(member)).isNotBlank();
    }

    @Test
    void endOfABatchIsReportedToItsCallback() throws Exception {
        BlockingQueue<Map<String, String>> told = new LinkedBlockingQueue<>();
        HttpServer receiver = receiver(told);
        try {
            String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/told";
            Answer accepted = send(Events.http(
                    "POST",
                    "/v1/batches",
                    "{\"callback\":\"" + url + "\",\"jobs\":[{\"template\":\"card\",\"data\":{\"title\":\"told\"}}]}"));
            assertThat(accepted.status()).isEqualTo(202);
            work("BulkQueue");
            work("InteractiveQueue");

            Map<String, String> callback = told.poll(30, TimeUnit.SECONDS);
            assertThat(callback).isNotNull();
            assertThat(new JsonPath(callback.get("body")).getString("id"))
                    .isEqualTo(accepted.body().getString("id"));
            assertThat(callback.get("signature")).isNotBlank();

            Answer images = send(Events.http("GET", accepted.header("location") + "/images", null));
            assertThat(images.body().getString("url")).startsWith("https://cdn.example/images/");
            assertBills(1);
        } finally {
            receiver.stop(0);
        }
    }

    private static HttpServer receiver(BlockingQueue<Map<String, String>> told) throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/told", (HttpExchange exchange) -> {
            try (exchange) {
                told.add(Map.of(
                        "body",
                        new String(exchange.getRequestBody().readAllBytes(), UTF_8),
                        "signature",
                        exchange.getRequestHeaders()
                                .getOrDefault(Callbacks.SIGNATURE, List.of(""))
                                .getFirst()));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        return receiver;
    }

    @Test
    void aRequestLinkIsFollowedWithoutAToken() throws Exception {
        String link = send(Events.http("POST", "/v1/links", "{\"template\":\"card\",\"data\":{\"title\":\"linked\"}}"))
                .body()
                .getString("url");
        assertThat(link).startsWith("https://cdn.example/i/card.png?d=");

        Answer followed = send(Events.openHttp("GET", link.substring("https://cdn.example".length()), null));
        Answer forged = send(Events.openHttp("GET", link.substring("https://cdn.example".length()) + "x", null));

        assertThat(followed.status()).isEqualTo(302);
        assertThat(followed.header("location")).startsWith("https://cdn.example/images/");
        assertThat(followed.header("cache-control")).startsWith("public, max-age=");
        assertThat(forged.status()).isEqualTo(403);
        assertBills(1);
    }

    @Test
    void deadLetterIsRedriven() throws Exception {
        PROVIDER.answers(422);
        send(Events.http("POST", "/v1/batches", "{\"jobs\":[{\"template\":\"gone\",\"data\":{}}]}"));
        work("BulkQueue");
        assertThat(stats().getInt("deadLetters")).isEqualTo(1);

        PROVIDER.answers(200);
        assertThat(send(Events.http("POST", "/v1/dead-letters/redrive", null))
                        .body()
                        .getInt("redriven"))
                .isEqualTo(1);
        // The age of the oldest is not known to SQS' clients, so none is told.
        assertThat(stats().<Object>get("queueOldestAgeSeconds")).isNull();
        work("BulkQueue");
        assertThat(stats().getInt("deadLetters")).isZero();
        assertBills(1);
    }

    private static Answer ask(String body) throws IOException, InterruptedException {
        return send(Events.http("POST", "/v1/images", body));
    }

    private static JsonPath stats() throws IOException, InterruptedException {
        return send(Events.http("GET", "/v1/stats", null)).body();
    }

    private static Answer send(String event) throws IOException, InterruptedException {
        RuntimeApi.Result result = api.invoke(event, template.timeout("ApiFunction"));
        assertThat(result.succeeded()).as(result.body()).isTrue();
        return Answer.of(result.body());
    }

    private static void plan() throws IOException, InterruptedException {
        String input = template.input("NightlyPlan");
        assertThat(input).contains(SCHEDULED_TIME);
        RuntimeApi.Result result = planner.invoke(
                input.replace(SCHEDULED_TIME, Instant.now().toString()), template.timeout("PlannerFunction"));
        assertThat(result.succeeded()).as(result.body()).isTrue();
    }

    /** An event source mapping, until its queue is empty; answers how many messages the worker has dealt with. */
    private static int work(String queue) throws IOException, InterruptedException {
        String url = queueUrls.get(queue);
        int done = 0;
        while (true) {
            List<Message> messages = QUEUES.receiveMessage(request -> request.queueUrl(url)
                            .maxNumberOfMessages(10)
                            .waitTimeSeconds(1)
                            .messageAttributeNames("All")
                            .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                    .messages();
            if (messages.isEmpty()) {
                return done;
            }
            RuntimeApi.Result result = worker.invoke(Events.batch(queue, messages), template.timeout("WorkerFunction"));
            assertThat(result.succeeded()).as(result.body()).isTrue();
            Set<String> again = new HashSet<>(
                    new JsonPath(result.body()).getList("batchItemFailures.itemIdentifier", String.class));
            for (Message message : messages) {
                if (!again.contains(message.messageId())) {
                    QUEUES.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
                    done++;
                }
            }
        }
    }

    private static void assertBills(int images) {
        assertThat(PROVIDER.billed()).as("bills").isEqualTo(images);
        assertThat(PROVIDER.throttled()).as("429s").isZero();
    }

    /** What API Gateway would send to a client. */
    private record Answer(int status, Map<String, String> headers, JsonPath body) {

        static Answer of(String response) {
            JsonPath answer = new JsonPath(response);
            Map<String, String> headers = new HashMap<>();
            answer.<String, Object>getMap("headers")
                    .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value.toString()));
            @Nullable String body = answer.getString("body");
            String text = body != null && answer.getBoolean("isBase64Encoded")
                    ? new String(Base64.getDecoder().decode(body), UTF_8)
                    : body;
            return new Answer(
                    answer.getInt("statusCode"), headers, new JsonPath(text == null || text.isEmpty() ? "{}" : text));
        }

        @Nullable String header(String name) {
            return headers.get(name);
        }
    }
}

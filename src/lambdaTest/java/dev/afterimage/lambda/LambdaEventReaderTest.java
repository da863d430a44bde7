package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.lambda.LambdaEvent.QueueMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LambdaEventReaderTest {

    private final LambdaEventReader reader = new LambdaEventReader();

    @Test
    void aRequestOfAnHttpApiIsOne() throws IOException {
        LambdaEvent event = read(Events.http("POST", "/v1/images", "{\"template\":\"hero\"}"));

        assertThat(event).isInstanceOfSatisfying(LambdaEvent.Http.class, http -> {
            assertThat(http.request().getRawPath()).isEqualTo("/v1/images");
            assertThat(http.request().getRequestContext().getHttp().getMethod()).isEqualTo("POST");
            assertThat(http.request().getBody()).isEqualTo("{\"template\":\"hero\"}");
        });
    }

    /** "Invoking Lambda function URLs": the same form, with a caller of IAM or none. */
    @Test
    void aRequestOfAFunctionUrlIsOne() throws IOException {
        LambdaEvent event = read("""
                {"version":"2.0","routeKey":"$default","rawPath":"/v1/stats","rawQueryString":"","headers":{"host":"x.lambda-url"},
                "requestContext":{"accountId":"anonymous","domainName":"x.lambda-url.us-east-1.on.aws","stage":"$default",
                "authentication":null,"authorizer":{"iam":{"userArn":"arn:aws:iam::1:user/a"}},
                "http":{"method":"GET","path":"/v1/stats","protocol":"HTTP/1.1","sourceIp":"192.0.2.1"}},
                "isBase64Encoded":false}""");

        assertThat(event)
                .isInstanceOfSatisfying(
                        LambdaEvent.Http.class,
                        http -> assertThat(http.request().getRawPath()).isEqualTo("/v1/stats"));
    }

    @Test
    void requestContextOfAnotherTypeIsAMalformedRequest() throws IOException {
        assertThat(read("{\"requestContext\":{\"http\":7}}"))
                .isInstanceOfSatisfying(
                        LambdaEvent.RefusedHttp.class,
                        refused -> assertThat(refused.problem()).isEqualTo(ProblemType.INVALID_REQUEST));
    }

    @Test
    void batchKeepsTheAttributesOfEachMessage() throws IOException {
        LambdaEvent event = read(Events.batch("one", "two"));

        assertThat(event).isInstanceOfSatisfying(LambdaEvent.QueueBatch.class, batch -> {
            assertThat(batch.messages()).extracting(QueueMessage::messageId).containsExactly("id-one", "id-two");
            QueueMessage first = batch.messages().getFirst();
            assertThat(first.body()).isEqualTo("one");
            assertThat(first.receiveCount()).isEqualTo(1);
            assertThat(first.attributes()).containsOnly(Map.entry("attempts", "2"));
        });
    }

    @Test
    void anEmptyBatchIsABatch() throws IOException {
        assertThat(read("{\"Records\":[]}")).isEqualTo(new LambdaEvent.QueueBatch(List.of()));
    }

    @Test
    void aPlanNamesItsCatalogue() throws IOException {
        assertThat(read(Events.plan(" cards "))).isEqualTo(new LambdaEvent.Plan("cards", Optional.empty()));
    }

    @Test
    void thePlanOfAScheduleIsRecognised() throws IOException {
        assertThat(read(Events.plan("cards", "2022-03-22T18:59:43Z")))
                .isEqualTo(new LambdaEvent.Plan("cards", Optional.of(Instant.parse("2022-03-22T18:59:43Z"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"httpMethod":"GET","path":"/v1/stats"}                                           | PayloadFormatVersion
            {"version":"1.0","resource":"/{proxy+}","httpMethod":"GET","requestContext":{}}    | a REST API has only 1.0
            {"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/"} | Load Balancer
            """)
    void aRequestInAnotherFormIsRefusedWithWhatToDo(String event, String detail) throws IOException {
        assertThat(read(event))
                .isInstanceOfSatisfying(
                        LambdaEvent.RefusedHttp.class,
                        refused -> assertThat(refused.detail()).contains(detail).doesNotContain("\"", "\\"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"afterimage\":\"ping\"}",
                "{\"warmer\":true,\"concurrency\":3}",
                "{\"ping\":true}",
                "{\"source\":\"serverless-plugin-warmup\"}",
                "{\"version\":\"0\",\"detail-type\":\"Scheduled Event\",\"source\":\"aws.events\",\"detail\":{}}"
            })
    void pingIsRecognised(String event) throws IOException {
        assertThat(read(event)).isEqualTo(new LambdaEvent.Ping());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"Records":[{"eventSource":"aws:s3"}]}       | only those of aws:sqs
            {"Records":[{}]}                             | only those of aws:sqs
            {"afterimage":"dance","catalogue":"cards"}   | must be "plan"
            {"afterimage":"plan"}                        | names no catalogue
            {"afterimage":"plan","catalogue":"  "}       | names no catalogue
            {"afterimage":"plan","catalogue":"cards","due":"<aws.scheduler.scheduled-time>"} | 'due' is no time such as
            {"afterimage":"plan","catalogue":"cards","due":null} | 'due' is no time such as
            {"detail-type":"Object Created","source":"aws.s3","detail":{"key":"secret"}} | constant input {"afterimage":"plan"
            {"colour":"secret","size":3}                 | [colour, size]
            []                                           | its members are []
            7                                            | its members are []
            {"colour":                                   | not JSON
            ``                                           | its members are []
            """)
    void unknownEventIsRefusedWithTheReason(String event, String reason) {
        assertThatThrownBy(() -> read(event))
                .isInstanceOf(LambdaEventReader.UnknownEventException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("secret")
                .hasNoCause();
    }

    private LambdaEvent read(String event) throws IOException {
        return reader.read(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)));
    }
}

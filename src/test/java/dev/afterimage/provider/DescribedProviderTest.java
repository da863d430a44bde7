package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.SampleImages;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a description may say, over a real socket. */
class DescribedProviderTest {

    private static final String JOB = "'result':'/url','job':{'poll':'{/poll}','every':'1s','status':'/status',"
            + "'done':'done','failed':'failed'}";

    @RegisterExtension
    private static final ProviderBench bench = new ProviderBench();

    @BeforeEach
    void answerEverything() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withBody(SampleImages.png())));
    }

    private static Description described(String properties) {
        return DescriptionCompiler.compile(
                ("{'name':'x'," + properties + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                OptionalDouble.empty());
    }

    private static void generate(String properties, String data, String... settings) {
        ImageRequest request =
                new ImageRequest(new TemplateId("card"), TemplateData.of(data.replace('\'', '"')), ImageFormat.PNG);
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "allowed-hosts";
        all[settings.length + 1] = "127.0.0.1";
        bench.described(described(properties), all).generate(request, ProviderBench.attempt());
    }

    private static LoggedRequest sent(String properties, String data, String... settings) {
        generate(properties, data, settings);
        List<LoggedRequest> requests =
                bench.server.findAll(com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor(anyUrl()));
        return requests.getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`'{data}'` | {'a':1.50} | {'a':1.5}",
                "{'t':'{template}','d':'{data}'} | {'a':1} | {'t':'card','d':{'a':1}}",
                "{'n':'{data/n}','s':'n={data/n}','o':'{data/o}'} | {'n':7,'o':{'x':[1]}} | {'n':7,'s':'n=7','o':{'x':[1]}}",
                "{'...':'{data}','n':1} | {'n':10,'p':'cat'} | {'n':1,'p':'cat'}",
                "{'in':{'...':'{data/o}'}} | {'o':{'a':2}} | {'in':{'a':2}}",
                "{'a':[{'b':['{data/x}']}],'c':true,'e':''} | {'x':null,'y':1} | missing",
                "{'a':'{data/x}'} | {} | missing",
                "{'a':'x{data/x}'} | {'x':{}} | missing",
            })
    void aBodyIsFilledFromTheData(String body, String data, String expected) {
        String properties = "'result':'bytes','body':" + body;
        if (expected.equals("missing")) {
            assertThatThrownBy(() -> generate(properties, data))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("/x");
            assertThat(bench.calls()).isZero();
            return;
        }
        assertThat(sent(properties, data).getBodyAsString()).isEqualTo(expected.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "array | [{'name':'a','text':'hi'},{'name':'b','text':7},{'name':'c','src':'https://e.com/1'},{'name':'d','color':'red'}]",
                "object | {'a':{'name':'a','text':'hi'},'b':{'name':'b','text':7},'c':{'name':'c','src':'https://e.com/1'},"
                        + "'d':{'color':'red'}}",
            })
    void eachMakesAnEntryOfEveryDataMember(String into, String expected) {
        String properties = "'result':'bytes','body':{'m':'{each}'},'each':{'into':'" + into
                + "','text':{'name':'{name}','text':'{value}'},'url':{'name':'{name}','src':'{value}'}}";
        String data = "{'a':'hi','b':7,'c':'https://e.com/1','d':{'color':'red'}}";
        assertThat(sent(properties, data).getBodyAsString()).isEqualTo("{\"m\":" + expected.replace('\'', '"') + "}");
    }

    @Test
    void formIsUrlEncoded() {
        LoggedRequest sent = sent(
                "'result':'bytes','encoding':'form','body':{'...':'{data}','t':'{template}'}", "{'a':'x & ü','n':2}");
        assertThat(sent.getHeader("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(sent.getBodyAsString()).isEqualTo("a=x+%26+%C3%BC&n=2&t=card");
    }

    @Test
    void aFormHasNoFieldForNull() {
        String data = "{'a':null,'b':{'c':null}}";
        assertThat(sent("'result':'bytes','encoding':'form','body':{'...':'{data}'}", data)
                        .getBodyAsString())
                .isEqualTo("b=%7B%22c%22%3Anull%7D");
        bench.server.resetRequests();
        assertThat(sent("'result':'bytes','encoding':'multipart','body':{'...':'{data}'}", data)
                        .getBodyAsString())
                .contains("name=\"b\"\r\n\r\n{\"c\":null}")
                .doesNotContain("name=\"a\"");
    }

    @Test
    void multipartBoundaryDoesNotOccurInTheContent() {
        LoggedRequest sent =
                sent("'result':'bytes','encoding':'multipart','body':{'...':'{data}'}", "{'a':'ü','b\\\"':{'c':1}}");
        String boundary = sent.getHeader("Content-Type").replace("multipart/form-data; boundary=", "");
        assertThat(sent.getBodyAsString())
                .isEqualTo("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nü\r\n".replace("B", boundary)
                        + "--B\r\nContent-Disposition: form-data; name=\"b%22\"\r\n\r\n{\"c\":1}\r\n--B--\r\n"
                                .replace("B", boundary));
    }

    @Test
    void configuredUrlReplacesTheDescribedBaseUrl() {
        String properties =
                "'result':'bytes','method':'GET','target':'a/b c','url':'https://api.example.com/v1/{target}/{data/q}'";
        assertThat(sent(properties, "{'q':'x/ü'}", "url", bench.url("/base")).getUrl())
                .isEqualTo("/base/a/b%20c/x%2F%C3%BC");
        bench.server.resetRequests();
        assertThat(sent(properties, "{'q':1}", "url", bench.url("/base/"), "target", "own")
                        .getUrl())
                .isEqualTo("/base/own/1");
    }

    @Test
    void theTargetStandsInAHeaderAsItIsAndInAUrlEncoded() {
        LoggedRequest sent = sent(
                "'result':'bytes','body':{'m':'{target}'},'headers':{'X-Model':'{target}'},'target':'x',"
                        + "'url':'https://api.example.com/v1/{target}'",
                "{}",
                "url",
                bench.url("/v1/"),
                "target",
                "own/v1:1 a");
        assertThat(sent.getHeader("X-Model")).isEqualTo("own/v1:1 a");
        assertThat(sent.getUrl()).isEqualTo("/v1/own/v1%3A1%20a");
        assertThat(sent.getBodyAsString()).isEqualTo("{\"m\":\"own/v1:1 a\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"modèle", "a\r\nX-Other: b"})
    void targetThatCannotStandInAHeaderIsRefusedAtStart(String target) {
        Description inHeader = described("'result':'bytes','body':{},'headers':{'X-Model':'{target}'},'target':'x'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.described(inHeader, "target", target))
                .withMessageContaining("afterimage.provider.target")
                .withMessageContaining("printable ASCII");
    }

    @Test
    void unusedTargetIsRefusedAtStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.described(described("'result':'bytes','body':{}"), "target", "x"))
                .withMessageContaining("afterimage.provider.target");
    }

    @Test
    void requiredAccountMustBeConfigured() {
        Description basic =
                described("'result':'bytes','body':{},'headers':{'Authorization':'basic({user}:{apiKey})'}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.described(basic))
                .withMessageContaining("afterimage.provider.user");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "0 | {'p':'x','seed':5}",
                "7 | {'p':'x','seed':7}",
            })
    void theVariantIsTheSeedUnlessItIsTheFirst(int variant, String body) {
        bench.described(described("'result':'bytes','body':{'...':'{data}'},'seed':'/seed'"))
                .generate(
                        new ImageRequest(
                                new TemplateId("card"),
                                TemplateData.of("{\"p\":\"x\",\"seed\":5}"),
                                ImageFormat.PNG,
                                variant),
                        ProviderBench.attempt());
        bench.server.verify(postRequestedFor(anyUrl()).withRequestBody(equalToJson(body.replace('\'', '"'))));
    }

    @ParameterizedTest
    @CsvSource({"3, 3 in PT2S", "0,", "-1,", "many,", "99999999999,"})
    void limitInAnAnswerIsReported(String header, String told) {
        bench.shown.clear();
        bench.server.stubFor(
                any(anyUrl()).willReturn(ok().withBody(SampleImages.png()).withHeader("X-Limit", header)));
        generate("'result':'bytes','body':{},'rate':{'calls':5,'window':'2s','header':'X-Limit'}", "{}");
        assertThat(bench.shown).isEqualTo(told == null ? List.of() : List.of(told));
    }

    @Test
    void variantIsANumberByItselfAndDigitsWithinAText() {
        bench.described(described(
                        "'result':'bytes','body':{'a':'{variant}','b':'no. {variant}','in':{}},'seed':'/in/s'"))
                .generate(
                        new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG, 3),
                        ProviderBench.attempt());
        bench.server.verify(
                postRequestedFor(anyUrl()).withRequestBody(equalToJson("{\"a\":3,\"b\":\"no. 3\",\"in\":{\"s\":3}}")));
    }

    @Test
    void idempotencyKeyIsSentWhereTheApiTakesOne() {
        LoggedRequest sent = sent("'result':'bytes','body':{},'idempotency':{'header':'Idempotency-Key'}", "{}");
        assertThat(sent.getHeader("Idempotency-Key")).matches("[0-9a-f]{64}");
    }

    @Test
    void aFormatThatTheApiDoesNotOfferIsRefusedBeforeAnythingIsSent() {
        DescribedProvider provider = bench.described(described("'result':'bytes','body':{},'formats':{'jpeg':'jpg'}"));
        assertThatThrownBy(() -> provider.generate(ProviderBench.request(), ProviderBench.attempt()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("jpeg");
        assertThat(bench.calls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'n':2}",
                "{'n':1.5}",
                "{'n':-1}",
                "{'n':true}",
                "{'n':'2'}",
                "{'n':[]}",
                "{'in':{'to':'https://e.com'}}"
            })
    void dataThatOrdersMoreThanAnImageIsRefusedBeforeAnythingIsSent(String data) {
        String properties = "'result':'bytes','body':{'...':'{data}'},'refused':['/n','/in/to']";
        assertThatThrownBy(() -> generate(properties, data))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(data.contains("to") ? "/in/to" : "/n:");
        assertThat(bench.calls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'n':1}", "{'n':0}", "{'n':false}", "{'n':null}", "{'in':{'n':2}}"})
    void dataThatOrdersOneImageIsSentAsItIs(String data) {
        assertThat(sent("'result':'bytes','body':{'...':'{data}'},'refused':'/n'", data)
                        .getBodyAsString())
                .isEqualTo(data.replace('\'', '"'));
    }

    @Test
    void answerWithoutTheDescribedMembersIsUnusable() {
        bench.server.stubFor(post(urlEqualTo("/render")).willReturn(okJson("{\"url\":7}")));
        assertThatThrownBy(() -> generate("'result':['/url','/a/*/b'],'body':{}", "{}"))
                .isInstanceOf(NotAnImageException.class);
    }

    @Test
    void fiftyMegabytesOfJsonAreRefusedWhileTheyStreamIn() {
        bench.server.stubFor(
                post(urlEqualTo("/render")).willReturn(okJson("{\"a\":\"" + "x".repeat(50 << 20) + "\"}")));
        assertThatThrownBy(() -> generate("'result':'/url','body':{}", "{}"))
                .isInstanceOf(NotAnImageException.class)
                .hasMessageContaining("larger than");
    }

    @Test
    void aJobIsPolledAtTheApiItselfWithTheKey() {
        answersJob(bench.url("/job/1"));
        bench.server.stubFor(get(urlEqualTo("/job/1"))
                .willReturn(okJson("{\"status\":\"done\",\"url\":\"" + bench.url("/1.png") + "\"}")));
        generate(JOB + ",'body':{},'headers':{'X-Key':'{apiKey}'}", "{}");
        bench.server.verify(
                1,
                getRequestedFor(urlEqualTo("/job/1"))
                        .withHeader("X-Key", com.github.tomakehurst.wiremock.client.WireMock.equalTo("key-1")));
        bench.server.verify(1, getRequestedFor(urlEqualTo("/1.png")).withoutHeader("X-Key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://elsewhere.example/job", "http://169.254.169.254/latest", "/job/1", "http://[bad"})
    void aPollUrlOnAnotherHostIsNotAsked(String url) {
        answersJob(url);
        assertThatThrownBy(() -> generate(JOB + ",'body':{}", "{}"))
                .isInstanceOf(NotAnImageException.class)
                .hasMessageContaining("URL");
        bench.server.verify(0, getRequestedFor(anyUrl()));
    }

    @Test
    void jobThatDoesNotEndInTimeIsAnUnknownOutcome() {
        answersJob(bench.url("/job/1"));
        bench.server.stubFor(get(urlEqualTo("/job/1")).willReturn(okJson("{\"status\":\"queued\"}")));
        assertThatThrownBy(() -> generate(JOB + ",'body':{}", "{}", "timeout", "5s"))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("not ended in time");
        bench.server.verify(4, getRequestedFor(urlEqualTo("/job/1")));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 401, 402, 403})
    void aPollThatFailsIsRepeatedAndNothingIsBoughtAgain(int status) {
        answersJob(bench.url("/job/1"));
        bench.server.stubFor(get(urlEqualTo("/job/1"))
                .inScenario("late")
                .willReturn(aResponse().withStatus(status))
                .willSetStateTo("there"));
        bench.server.stubFor(get(urlEqualTo("/job/1"))
                .inScenario("late")
                .whenScenarioStateIs("there")
                .willReturn(okJson("{\"status\":\"done\",\"url\":\"" + bench.url("/1.png") + "\"}")));
        generate(JOB + ",'body':{}", "{}");
        bench.server.verify(1, postRequestedFor(urlEqualTo("/render")));
    }

    @Test
    void aJobWithoutAPollUrlIsUnusable() {
        bench.server.stubFor(post(urlEqualTo("/render")).willReturn(okJson("{\"status\":\"queued\"}")));
        assertThatThrownBy(() -> generate(JOB + ",'body':{}", "{}"))
                .isInstanceOf(NotAnImageException.class)
                .hasMessageContaining("/poll");
    }

    @Test
    void theSampleShowsWhatWouldBeSentWithoutTheKey() {
        String sample = ProviderCall.sample(
                Descriptions.of("openai"), bench.config("url", "https://api.openai.com/v1/images/generations"));
        assertThat(sample)
                .contains(
                        "POST https://api.openai.com:443/v1/images/generations",
                        "Bearer ****",
                        "gpt-image-2.6-sunburst")
                .doesNotContain("key-1");
        assertThat(bench.calls()).isZero();
    }

    private static void answersJob(String pollUrl) {
        bench.server.stubFor(
                post(urlEqualTo("/render")).willReturn(okJson("{\"status\":\"queued\",\"poll\":\"" + pollUrl + "\"}")));
    }
}

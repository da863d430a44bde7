package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import wiremock.com.networknt.schema.InputFormat;
import wiremock.com.networknt.schema.JsonSchema;
import wiremock.com.networknt.schema.JsonSchemaFactory;
import wiremock.com.networknt.schema.SpecVersion;

class DescriptionCompilerTest {

    private static final Path FOLDER = Path.of("src/main/resources/providers");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = schema();

    static final List<String> SHIPPED = Descriptions.BUILT_IN;

    private static JsonSchema schema() {
        try {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(Files.readString(FOLDER.resolve("provider.schema.json")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean fitsTheSchema(String document) {
        return SCHEMA.validate(document, InputFormat.JSON).isEmpty();
    }

    private static Description compile(String document) {
        return DescriptionCompiler.compile(
                document.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Optional.empty(), OptionalDouble.empty());
    }

    /** A minimal description with one more property. */
    private static String with(String property) {
        return "{'name':'x','url':'https://api.example.com/v1/images','body':{'t':'{template}'},'result':'/url'%s}"
                .formatted(property.isEmpty() ? "" : "," + property);
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void shippedDescriptionsCompileAndFitTheSchema(String name) throws IOException {
        String document = Files.readString(FOLDER.resolve(name + ".json"));
        assertThat(SCHEMA.validate(document, InputFormat.JSON)).isEmpty();
        assertThat(Descriptions.of(name).name()).isEqualTo(name);
        assertThat(JSON.readTree(document).path("comment").asText()).isNotBlank();
    }

    @Test
    void theExampleOfTheDocumentIsADescription() throws IOException {
        String example = Files.readString(Path.of("docs/providers.md")).replaceFirst("(?s).*```json\n(.*?)```.*", "$1");
        assertThat(compile(example).name()).isEqualTo("cardmaker");
        assertThat(fitsTheSchema(example)).isTrue();
    }

    @Test
    void everyDescriptionInTheFolderIsShipped() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> !file.equals("provider.schema.json"))
                            .map(file -> file.replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(SHIPPED);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'mehtod':'POST' | /mehtod | there is no such property",
                "'method':'DELETE' | /method | POST, PUT, GET",
                "'encoding':'xml' | /encoding | json, form, multipart",
                "'headers':{'X-Key':7} | /headers/X-Key | a text is expected",
                "'pick':'best' | /pick | first, last",
                "'refused':['n'] | /refused/0 | a JSON pointer",
                "'formats':{} | /formats | at least one",
                "'formats':{'bmp':'bmp'} | /formats/bmp | png, jpeg",
                "'timeout':'soon' | /timeout | a duration",
                "'rate':{'calls':0,'window':'1s'} | /rate/calls | at least 1",
                "'rate':{'calls':2} | /rate | \"window\" is missing",
                "'concurrency':1.5 | /concurrency | whole number",
                "'cost':-1 | /cost | at least 0",
                "'cost':{'answer':'/a'} | /cost | \"otherwise\" is missing",
                "'cost':{'answer':'/a','data':'/b','otherwise':1} | /cost | either",
                "'errors':[{'status':400}] | /errors/0 | \"means\" is missing",
                "'errors':[{'status':400,'means':'bad'}] | /errors/0/means | throttled",
                "'errors':[{'means':'unknown'}] | /errors/0 | every answer",
                "'errors':[{'status':99,'means':'unknown'}] | /errors/0/status | between 200 and 599",
                "'errors':[{'pointer':'a','means':'unknown'}] | /errors/0/pointer | a JSON pointer",
                "'waits':{'ban':60} | /waits/ban | a text is expected",
                "'job':{'poll':'{/u}','every':'1s','status':'/s'} | /job | \"done\" is missing",
                "'job':{'poll':'u','every':'1s','status':'/s','done':'d','failed':'f'} | /job/poll | a pointer to a URL",
                "'idempotency':{} | /idempotency | \"header\" is missing",
                "'each':{'into':'list','text':'{value}'} | /each/into | array or object",
            })
    void schemaViolationIsNamedByItsPointer(String property, String pointer, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compile(with(property)))
                .withMessageContaining("\"" + pointer + "\"")
                .withMessageContaining(reason);
        assertThat(fitsTheSchema(with(property).replace('\'', '"'))).isFalse();
        assertThat(fitsTheSchema(with("").replace('\'', '"'))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'headers':{'X-Key':'{apikey}'} | /headers/X-Key | {apikey} has no meaning here",
                "'headers':{'X Key':'a'} | /headers/X Key | no header's name",
                "'target':'a/b' | /target | neither url, headers, body nor job has the placeholder {target}",
                "'each':{'into':'object','text':'{value}'} | `` | belong together",
                "'timeout':'0s' | /timeout | above zero",
                "'steps':[] | /steps | an image is one billed call",
                "'hosts':'*.com' | /hosts | a host is expected",
                "'encoding':'form','bodyUnlessPng':{'f':'{data}x'} | /bodyUnlessPng/f | stand alone",
            })
    void mistakeBeyondTheSchemaIsNamedByItsPointer(String property, String pointer, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compile(with(property)))
                .withMessageContaining("\"" + pointer + "\"")
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'t':'{data/}'} | ok",
                "{'t':'{tempalte}'} | /body/t",
                "{'a':[{'t':'{nothing}'}]} | /body/a/0/t",
                "{'...':'{template}'} | /body/...",
                "{'t':'a {data}'} | /body/t",
                "{'t':'{each}'} | ",
            })
    void nestedBodyIsChecked(String body, String pointer) {
        String document = with("").replace("{'t':'{template}'}", body);
        if ("ok".equals(pointer)) {
            assertThat(compile(document)).isNotNull();
            return;
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compile(document))
                .withMessageContaining("\"" + (pointer == null ? "" : pointer) + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "7", "{'name':'x','name':'y','result':'bytes'}", "{'name':'X','result':'bytes'}"})
    void documentThatIsNoDescriptionIsRefused(String document) {
        assertThatIllegalArgumentException().isThrownBy(() -> compile(document)).withMessageContaining("description");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://api.example.com/",
                "/render",
                "https://{target}/render",
                "https://user@host/",
                "https://eu-{template}.example.com/v1",
                "https://api.example.com{template}"
            })
    void urlMustNameItsHostLiterally(String url) {
        assertThat(fitsTheSchema(with("").replace("https://api.example.com/v1/images", url)
                        .replace('\'', '"')))
                .isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compile(with("").replace("https://api.example.com/v1/images", url)))
                .withMessageContaining("\"/url\"");
    }

    @Test
    void pollsMayCountWhereCallsInFlightAreLimited() {
        Description description = compile(
                with(
                        "'job':{'poll':'{/u}','every':'1s','status':'/s','done':'d','failed':'f','pollsCount':true},'concurrency':2"));

        assertThat(description.job())
                .hasValueSatisfying(job -> assertThat(job.pollsCount()).isTrue());
        assertThat(description.limits().concurrency()).hasValue(2);
    }

    @Test
    void unknownKindNamesTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Descriptions.of("../secrets"))
                .withMessageContaining("\"../secrets\"")
                .withMessageContaining("afterimage.provider.kind")
                .withMessageContaining("afterimage.providers.\"…\".kind")
                .withMessageContaining("afterimage.templates.\"…\".provider")
                .withMessageContaining("bannerbear")
                .withMessageContaining("file:");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Descriptions.of("file:no/such.json"))
                .withMessageContaining("no/such.json");
    }

    @Test
    void aDescriptionMayBeAFile() {
        assertThat(Descriptions.of("file:" + FOLDER.resolve("flux.json")).name())
                .isEqualTo("flux");
    }

    @Test
    void describedLimitsAreTheDefaultsOfTheConfiguration() {
        assertThat(Descriptions.limits(List.of("placid")))
                .containsEntry("rate", "30")
                .containsEntry("rate-window", "60000ms")
                .containsEntry("concurrency", "2");
        assertThat(Descriptions.limits(List.of("demo"))).isEmpty();
    }
}

package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The OpenAPI description matches the routes, and its examples work. */
@QuarkusTest
@TestProfile(FakeCore.class)
class OpenApiTest extends WithFakeCore {

    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, POST.class, PUT.class, DELETE.class);

    @Inject
    ObjectMapper json;

    private JsonNode api;

    @BeforeEach
    void read() throws Exception {
        api = json.readTree(given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    @Test
    void openApiIsServedAsYamlAndJson() throws Exception {
        String written = new String(
                OpenApiTest.class.getResourceAsStream("/META-INF/openapi.yaml").readAllBytes(), StandardCharsets.UTF_8);

        for (String path : List.of("/q/openapi", "/q/openapi.yaml", "/q/openapi?format=yaml")) {
            given().accept("*/*")
                    .get(path)
                    .then()
                    .statusCode(200)
                    .contentType("application/yaml")
                    .body(equalTo(written));
        }
        for (String path : List.of("/q/openapi?format=JSON", "/q/openapi.json")) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .contentType("application/json")
                    .body("openapi", equalTo("3.1.0"));
        }
        given().accept("application/json").get("/q/openapi").then().contentType("application/json");
        given().head("/q/openapi").then().statusCode(200).contentType("application/yaml");
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        Set<String> described = new TreeSet<>();
        api.get("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(member -> {
                    if (!member.equals("parameters")) {
                        described.add(member.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    }
                }));
        assertThat(described).isEqualTo(routes());
    }

    @Test
    void everyProblemOfADescribedStatusIsOneThatExists() {
        Set<String> types = new TreeSet<>();
        api.findValues("example").stream()
                .filter(example -> example.has("requestId"))
                .forEach(example -> {
                    ProblemType type = Arrays.stream(ProblemType.values())
                            .filter(known ->
                                    known.uri().equals(example.get("type").asText()))
                            .findFirst()
                            .orElseThrow();
                    assertThat(example.get("title").asText()).isEqualTo(type.title());
                    assertThat(example.get("status").asInt()).isEqualTo(type.status());
                    types.add(type.uri());
                });
        assertThat(types).hasSizeGreaterThan(8);
    }

    /** Only status 503 has several reasons. */
    @Test
    void everyReasonWhyAnImageCannotBeHadIsNamed() {
        String unavailable =
                api.at("/components/responses/Unavailable/description").asText();
        assertThat(ProblemType.values())
                .filteredOn(type -> type.status() == 503)
                .allSatisfy(type -> assertThat(unavailable)
                        .contains(type.uri().substring(type.uri().lastIndexOf('/') + 1)));
    }

    @Test
    void theRequestsOfTheExamplesWork() {
        JsonNode examples = api.at("/paths/~1v1~1images/post/requestBody/content/application~1json/examples");
        assertThat(examples).hasSizeGreaterThan(1);
        for (JsonNode example : examples) {
            given().contentType("application/json")
                    .body(example.get("value").toString())
                    .post("/v1/images")
                    .then()
                    .statusCode(200);
        }
        assertThat(core.requests).hasSize(examples.size());
    }

    @Test
    void responsesHaveTheDescribedMembers() throws Exception {
        JsonNode image = json.readTree(given().contentType("application/json")
                .body("{\"template\":\"t\",\"data\":{}}")
                .post("/v1/images")
                .asString());
        assertSameMembers(image, "Image");
        assertSameMembers(json.readTree(given().get("/v1/stats").asString()), "Stats");
        JsonNode problem = json.readTree(given().contentType("application/json")
                .body("{}")
                .post("/v1/images")
                .asString());
        assertSameMembers(problem, "Problem");
    }

    @Test
    void patternsAreThoseOfTheDomain() {
        Pattern template =
                Pattern.compile(api.at("/components/schemas/Template/pattern").asText());
        for (String name : List.of("a", "Z9._~:-", "-a", "", "a/b", "t".repeat(128), "t".repeat(129))) {
            assertThat(template.matcher(name).matches()).isEqualTo(isTaken(() -> new TemplateId(name)));
        }
        Pattern key = Pattern.compile(api.at("/components/schemas/Key/pattern").asText());
        for (String value : List.of("f".repeat(64), "f".repeat(63), "f".repeat(65), "F".repeat(64))) {
            assertThat(key.matcher(value).matches()).isEqualTo(isTaken(() -> new ImageKey(value)));
        }
        for (JsonNode format : api.at("/components/schemas/BatchJob/properties/format/enum")) {
            assertThat(format.isNull() || isTaken(() -> ImageFormat.named(format.asText())))
                    .isTrue();
        }
        Pattern cacheStatus = Pattern.compile(
                api.at("/components/headers/CacheStatus/schema/pattern").asText());
        assertThat("afterimage; hit; ttl=-12").matches(cacheStatus);
        assertThat("afterimage; fwd=miss; collapsed").matches(cacheStatus);
        assertThat("afterimage; hit; ttl=12").doesNotMatch(cacheStatus);
    }

    private static boolean isTaken(Supplier<?> reading) {
        try {
            return reading.get() != null;
        } catch (InvalidRequestException e) {
            return false;
        }
    }

    private void assertSameMembers(JsonNode answer, String schema) {
        Set<String> described = new TreeSet<>();
        api.at("/components/schemas/" + schema + "/properties").fieldNames().forEachRemaining(described::add);
        Set<String> answered = new TreeSet<>();
        answer.fieldNames().forEachRemaining(answered::add);
        assertThat(answered).isEqualTo(described);
    }

    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        routes.add("POST " + ImageEndpoint.PATH);
        for (JavaClass resource : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.afterimage")) {
            // It stands in for a CDN and is no part of the API.
            if (resource.isEquivalentTo(LocalCdnResource.class)) {
                continue;
            }
            resource.tryGetAnnotationOfType(Path.class).ifPresent(path -> {
                for (JavaMethod method : resource.getMethods()) {
                    httpMethod(method).ifPresent(name -> routes.add(name + " " + path.value() + subPath(method)));
                }
            });
        }
        return routes;
    }

    private static Optional<String> httpMethod(JavaMethod method) {
        return METHODS.stream()
                .filter(method::isAnnotatedWith)
                .map(Class::getSimpleName)
                .findFirst();
    }

    private static String subPath(JavaMethod method) {
        return method.tryGetAnnotationOfType(Path.class)
                .map(path -> "/" + path.value())
                .orElse("");
    }
}

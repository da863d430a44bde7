package dev.afterimage.http.auth;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.afterimage.http.FakeCore;
import dev.afterimage.http.WithFakeCore;
import dev.afterimage.http.auth.Client.Role;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, where keys are required. */
@QuarkusTest
@TestProfile(KeysProfile.class)
class AccessTest extends WithFakeCore {

    private static final String BASE = "https://afterimage.dev/problems/";

    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, HEAD.class, POST.class, PUT.class, PATCH.class, DELETE.class, OPTIONS.class);

    /** Who asks, by the role that they have. */
    private static final Map<Role, String> KEYS =
            Map.of(Role.ASK, KeysProfile.ASK, Role.BATCH, KeysProfile.BATCH, Role.OPERATE, KeysProfile.OPERATE);

    @Inject
    Router router;

    @Inject
    AuthConfig config;

    private static RequestSpecification with(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    private static ValidatableResponse problem(ValidatableResponse answer, int status, String slug) {
        return answer.statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo(BASE + slug))
                .body("detail", not(equalTo("")));
    }

    // ---- The table: each of its cells ----

    /** Every row of the table, and requests that match no row. */
    static Stream<Arguments> cells() {
        List<RouteRoles.Rule> rows = new ArrayList<>(new RouteRoles(KeysProfile.config(Map.of())).rules());
        rows.add(new RouteRoles.Rule("GET", "/nothing", Set.of(Role.OPERATE)));
        rows.add(new RouteRoles.Rule("PUT", "/v1/images", Set.of(Role.OPERATE)));
        rows.add(new RouteRoles.Rule("POST", "/v1/images/x/y", Set.of(Role.OPERATE)));
        return rows.stream().flatMap(row -> {
            String path = "/" + String.join("/", row.path()).replaceAll("\\{\\w+}|\\*$", "live");
            return Stream.concat(
                    Stream.of(Arguments.of(
                            row.method(), path, "nobody", row.roles().isEmpty() ? 0 : 401)),
                    Stream.of(Role.values())
                            .map(role -> Arguments.of(
                                    row.method(),
                                    path,
                                    role.name(),
                                    row.roles().isEmpty() || row.roles().contains(role) ? 0 : 403)));
        });
    }

    /** @param refused 401 or 403; 0 when the request is let in, whatever becomes of it then */
    @ParameterizedTest
    @MethodSource("cells")
    void eachRoleOpensItsRoutesAndNoOther(String method, String path, String who, int refused) {
        RequestSpecification request = who.equals("nobody") ? given() : with(KEYS.get(Role.valueOf(who)));
        ValidatableResponse answer =
                request.urlEncodingEnabled(false).request(method, path).then();
        if (refused == 0) {
            // A signed URL that isn't signed is refused, too, but not for want of a key.
            answer.header("WWW-Authenticate", nullValue());
        } else {
            answer.statusCode(refused);
            core.assertUntouched();
        }
    }

    /** SECURITY.md has the same routes, and in each cell what {@link #cells} expects. */
    @Test
    void theSecurityPageSaysTheSame() throws Exception {
        Map<String, List<String>> described = new TreeMap<>();
        Pattern route = Pattern.compile("`([A-Z]+ /[^`]*)`");
        for (String line : Files.readAllLines(java.nio.file.Path.of("SECURITY.md"))) {
            List<String> columns = List.of(line.split("\\s*\\|\\s*"));
            if (columns.size() == 6) {
                List<String> cells = columns.subList(2, 6).stream()
                        .map(cell -> cell.equals("401") || cell.equals("403") ? cell : "in")
                        .toList();
                route.matcher(columns.get(1)).results().forEach(found -> described.put(found.group(1), cells));
            }
        }
        Map<String, List<String>> real = new TreeMap<>();
        for (RouteRoles.Rule row : new RouteRoles(KeysProfile.config(Map.of())).rules()) {
            boolean open = row.roles().isEmpty();
            real.put(
                    row.method() + " /" + String.join("/", row.path()),
                    Stream.concat(
                                    Stream.of(open ? "in" : "401"),
                                    Stream.of(Role.ASK, Role.BATCH, Role.OPERATE)
                                            .map(role -> open || row.roles().contains(role) ? "in" : "403"))
                            .toList());
        }
        assertThat(described).isEqualTo(real);
    }

    /** The framework's routes without a row need the role operate. */
    @Test
    void everyRouteOfOursIsInTheTable() {
        Set<String> missing = new TreeSet<>();
        RouteRoles table = new RouteRoles(config);
        for (String route : routes()) {
            String[] methodAndPath = route.split(" ", 2);
            if (table.rule(methodAndPath[0], methodAndPath[1]).isEmpty() && !methodAndPath[1].startsWith("/q/")) {
                missing.add(route);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyRowOfTheTableIsARoute() {
        Set<RouteRoles.Rule> used = new HashSet<>();
        RouteRoles table = new RouteRoles(config);
        routes().forEach(route ->
                table.rule(route.split(" ", 2)[0], route.split(" ", 2)[1]).ifPresent(used::add));
        assertThat(table.rules())
                .filteredOn(row -> !used.contains(row) && !row.method().equals("OPTIONS"))
                .isEmpty();
    }

    /** Those of the resources, and those that stand in the router by themselves. */
    private Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (JavaClass resource : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.afterimage.http")) {
            resource.tryGetAnnotationOfType(Path.class).ifPresent(path -> {
                for (JavaMethod method : resource.getMethods()) {
                    METHODS.stream()
                            .filter(method::isAnnotatedWith)
                            .forEach(name -> routes.add(name.getSimpleName()
                                    + " "
                                    + path.value()
                                    + method.tryGetAnnotationOfType(Path.class)
                                            .map(sub -> "/" + sub.value())
                                            .orElse("")));
                }
            });
        }
        addRoutes(router, "", routes);
        return routes;
    }

    /** Handlers for every path stand before the routes and are none. */
    private static void addRoutes(Router router, String root, Set<String> routes) {
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            if (path == null || path.equals("/*")) {
                continue;
            }
            if (route.getSubRouter() != null) {
                addRoutes(route.getSubRouter(), root + path.replaceFirst("/\\*?$", ""), routes);
                continue;
            }
            if (route.methods() == null && path.startsWith("/v1/")) {
                // It answers 405 to the methods that its path doesn't have.
                continue;
            }
            Set<HttpMethod> methods = route.methods() == null ? Set.of(HttpMethod.GET) : route.methods();
            methods.forEach(method -> routes.add(method.name() + " " + root + path.replace("/*", "/any")));
        }
    }

    @Test
    void openApiNamesTheSameRoles() throws Exception {
        JsonNode api = new YAMLMapper().readTree(AccessTest.class.getResourceAsStream("/META-INF/openapi.yaml"));
        RouteRoles table = new RouteRoles(KeysProfile.config(Map.of()));
        api.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (operation.getKey().equals("parameters")) {
                        return;
                    }
                    Set<String> described = new TreeSet<>();
                    operation
                            .getValue()
                            .get("security")
                            .forEach(way -> way.get("bearer").forEach(role -> described.add(role.asText())));
                    assertThat(described)
                            .as(operation.getKey() + " " + path.getKey())
                            .isEqualTo(table.of(operation.getKey().toUpperCase(Locale.ROOT), path.getKey()).stream()
                                    .map(role -> role.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.toCollection(TreeSet::new)));
                }));
    }

    // ---- What is told to whom is not let in ----

    @Test
    void callWithoutAKeyIs401WithAChallenge() {
        problem(given().get("/v1/stats").then(), 401, "authentication-required")
                .header("WWW-Authenticate", "Bearer realm=\"afterimage\"")
                .header("Cache-Control", "no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer x",
                "bearer afterimage_operat",
                "Basic b3BzOng=",
                "Bearer",
                "afterimage_operate",
                "Bearer a b"
            })
    void aWrongKeyIsRefused(String authorization) {
        problem(given().header("Authorization", authorization).get("/v1/stats").then(), 401, "authentication-required")
                .header("WWW-Authenticate", containsString("error=\"invalid_token\""));
    }

    @Test
    void twoKeysInOneRequestAreRefused() {
        problem(
                given().header("Authorization", "Bearer " + KeysProfile.OPERATE, "Bearer " + KeysProfile.OPERATE)
                        .get("/v1/stats")
                        .then(),
                401,
                "authentication-required");
    }

    @Test
    void keyInTheQueryOrInAnotherHeaderIsIgnored() {
        problem(
                given().header("X-Api-Key", KeysProfile.OPERATE)
                        .get("/v1/stats?access_token=" + KeysProfile.OPERATE)
                        .then(),
                401,
                "authentication-required");
    }

    @Test
    void bearerSchemeIsCaseInsensitive() {
        given().header("Authorization", "bEARER " + KeysProfile.OPERATE)
                .get("/v1/stats")
                .then()
                .statusCode(200);
    }

    @Test
    void missingRoleIs403AndNamed() {
        problem(with(KeysProfile.ASK).get("/v1/stats").then(), 403, "role-missing")
                .header("WWW-Authenticate", containsString("error=\"insufficient_scope\", scope=\"operate\""))
                .body("detail", containsString("operate"));
    }

    /** A role is looked at before it is said what there is: to all but the operator such a method is as closed as a route of its own. */
    @ParameterizedTest
    @CsvSource({
        "PUT, /v1/images, POST",
        "GET, /v1/images, POST",
        "POST, /v1/images/0000000000000000000000000000000000000000000000000000000000000000, GET",
        "DELETE, /v1/links, POST",
        "PATCH, /v1/batches/live, GET",
        "PUT, /v1/stats, GET",
    })
    void aMethodThatARouteDoesNotHaveIsTheOperators(String method, String path, String offered) {
        problem(given().request(method, path).then(), 401, "authentication-required");
        problem(with(KeysProfile.ASK).request(method, path).then(), 403, "role-missing");
        problem(with(KeysProfile.BATCH).request(method, path).then(), 403, "role-missing");
        problem(with(KeysProfile.OPERATE).request(method, path).then(), 405, "method-not-allowed")
                .header("Allow", containsString(offered));
        core.assertUntouched();
    }

    /** Quarkus' own routes answer every method alike, so that only the gate keeps the other methods out. */
    @ParameterizedTest
    @CsvSource({
        "OPTIONS, /q/metrics",
        "HEAD,    /q/metrics",
        "POST,    /q/metrics",
        "OPTIONS, /q/health",
        "POST,    /q/health",
        "OPTIONS, /q/openapi",
        "OPTIONS, /",
        "OPTIONS, /i/social-card.png",
    })
    void otherMethodsOfOtherRoutesNeedAKeyToo(String method, String path) {
        given().request(method, path).then().statusCode(401).header("WWW-Authenticate", "Bearer realm=\"afterimage\"");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /v1/images/../stats",
        "GET,  /v1/images/%2e%2e/stats",
        "GET,  //v1/stats",
        "GET,  /v1//stats",
        "GET,  /v1/./stats",
        "GET,  /i/../v1/stats",
        "GET,  /i/%2e%2e/v1/stats",
        "GET,  /v1/%73tats",
        "GET,  /v1/stats/",
        "GET,  /v1/stats;x=y",
        "GET,  /v1/stats?x=/i/y",
        "HEAD, /v1/stats",
        "POST, /v1/images/../templates/t/purge"
    })
    void otherSpellingsOfAPathNeedTheSameRole(String method, String path) throws Exception {
        assertThat(statusOf(method, path, KeysProfile.ASK)).isIn(400, 401, 403, 404);
        core.assertUntouched();
    }

    private static int statusOf(String method, String path, String key) throws Exception {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }

    // ---- An image that is there ----

    @Test
    void hitsNeedAKeyToo() {
        core.index(CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(FakeCore.ENTRY))));
        String body = "{\"template\":\"t\",\"data\":{}}";
        problem(
                given().contentType("application/json")
                        .body(body)
                        .post("/v1/images")
                        .then(),
                401,
                "authentication-required");
        problem(
                with(KeysProfile.BATCH)
                        .contentType("application/json")
                        .body(body)
                        .post("/v1/images")
                        .then(),
                403,
                "role-missing");
        core.assertUntouched();
        with(KeysProfile.ASK)
                .contentType("application/json")
                .body(body)
                .post("/v1/images")
                .then()
                .statusCode(200);
    }

    @Test
    void quotaIsChargedToTheNameOfTheKey() {
        with(KeysProfile.ASK)
                .header("X-Api-Key", "somebody-else")
                .contentType("application/json")
                .body("{\"template\":\"t\",\"data\":{}}")
                .post("/v1/images")
                .then()
                .statusCode(200);
        assertThat(core.generationRequest().caller().id()).isEqualTo("subject:shop");
    }

    @Test
    void aBodyThatIsRefusedUnreadLeavesTheConnectionWhole() {
        for (int i = 0; i < 3; i++) {
            given().contentType("application/json")
                    .body("x".repeat(100_000))
                    .post("/v1/images")
                    .then()
                    .statusCode(401);
        }
        with(KeysProfile.OPERATE).get("/v1/stats").then().statusCode(200);
    }

    // ---- Batches ----

    private static String batchOf(String key) {
        return with(key)
                .contentType("text/csv")
                .body("title\nHello\n")
                .post("/v1/batches?template=t")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    @Test
    void aCallerSeesAndCancelsItsOwnBatchesOnly() {
        String batch = "/v1/batches/" + batchOf(KeysProfile.BATCH);

        with(KeysProfile.BATCH).get(batch).then().statusCode(200);
        problem(with(KeysProfile.OTHER_BATCH).get(batch).then(), 404, "batch-not-found");
        problem(with(KeysProfile.OTHER_BATCH).get(batch + "/events").then(), 404, "batch-not-found");
        problem(with(KeysProfile.OTHER_BATCH).delete(batch).then(), 404, "batch-not-found");
        with(KeysProfile.BATCH).get(batch).then().body("state", equalTo("running"));
        with(KeysProfile.BATCH).delete(batch).then().statusCode(200).body("state", equalTo("cancelled"));
    }

    @Test
    void anOperatorSeesAndCancelsAll() {
        String batch = "/v1/batches/" + batchOf(KeysProfile.BATCH);

        with(KeysProfile.OPERATE).get(batch).then().statusCode(200);
        with(KeysProfile.OPERATE).delete(batch).then().statusCode(200).body("state", equalTo("cancelled"));
    }

    @Test
    void signedUrlsNeedNoKey() {
        problem(given().get("/i/social-card.png?d=e30&s=x").then(), 403, "url-refused")
                .header("WWW-Authenticate", nullValue());
        problem(given().post("/v1/provider-webhooks/" + "ab".repeat(32) + "/x").then(), 403, "url-refused")
                .header("WWW-Authenticate", nullValue());
        given().get("/q/health/live").then().statusCode(200);
    }
}

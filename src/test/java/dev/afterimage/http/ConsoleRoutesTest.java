package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.afterimage.http.ConsoleRoutes.ConsoleFile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(LocalDemo.class)
class ConsoleRoutesTest {

    @Test
    void thePageIsServedAtTheRoot() {
        given().get("/")
                .then()
                .statusCode(200)
                .contentType("text/html; charset=utf-8")
                .header("Cache-Control", "no-cache")
                .header("X-Content-Type-Options", "nosniff")
                .body(containsString("Never pays twice"));
    }

    @Test
    void onlyImagesMayComeFromElsewhereAndNothingIsInline() {
        given().get("/")
                .then()
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                                + " img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    @Test
    void everyPartIsServedUnderThePolicy() {
        for (ConsoleFile file : ConsoleFile.PARTS) {
            given().get("/console/" + file.name())
                    .then()
                    .statusCode(200)
                    .contentType(file.contentType())
                    .header("Content-Security-Policy", not(containsString("unsafe")))
                    .body(equalTo(new String(ClassPathFile.read("/console/" + file.name()), StandardCharsets.UTF_8)));
        }
    }

    @Test
    void headAnswersWithoutThePage() {
        given().head("/").then().statusCode(200).header("Content-Length", Integer::parseInt, not(0));
    }

    @Test
    void everyFileOfTheFolderIsListedAndNoOther() throws Exception {
        URI folder =
                ConsoleFile.class.getResource("/console/index.html").toURI().resolve(".");
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            List<String> listed = Stream.concat(Stream.of(ConsoleFile.PAGE), ConsoleFile.PARTS.stream())
                    .map(ConsoleFile::name)
                    .toList();
            assertThat(names).containsExactlyInAnyOrderElementsOf(listed);
        }
    }

    @Test
    void unknownFileIsAProblem() {
        given().get("/console/../application.properties").then().statusCode(404);
        given().get("/console/other.js")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("https://afterimage.dev/problems/not-found"));
    }
}

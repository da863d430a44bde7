package dev.afterimage.metrics;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.http.LocalDemo;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Prometheus finds at {@code /q/metrics}. */
@QuarkusTest
@TestProfile(LocalDemo.class)
class ScrapeTest {

    private static final Pattern TAG = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");
    private static final String CALLER = "caller-of-the-scrape";

    private List<String> ours;
    private String key;

    @BeforeEach
    void askTwiceAndScrape() {
        for (int i = 0; i < 2; i++) {
            key = given().contentType("application/json")
                    .header("X-Api-Key", CALLER)
                    .body("{\"template\":\"social-card\",\"data\":{\"title\":\"Scrape %d\"}}"
                            .formatted(ProcessHandle.current().pid()))
                    .post("/v1/images")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("key");
        }
        ours = given().get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(line -> line.contains("afterimage_"))
                .toList();
    }

    @Test
    void everyMeterIsThereWithItsUnitInTheName() {
        assertThat(names())
                .contains(
                        "afterimage_requests_total",
                        "afterimage_request_time_seconds_count",
                        "afterimage_provider_latency_seconds_count",
                        "afterimage_provider_latency_seconds_bucket",
                        "afterimage_provider_answers_total",
                        "afterimage_permits_total",
                        "afterimage_jobs_total",
                        "afterimage_cache_failures_total",
                        "afterimage_queue_depth_jobs",
                        "afterimage_queue_age_seconds",
                        "afterimage_queue_dead_letters_jobs",
                        "afterimage_credits_used",
                        "afterimage_credits_left",
                        "afterimage_cool_down_left_seconds");
    }

    @Test
    void everyMeterHasADescription() {
        Set<String> described = ours.stream()
                .filter(line -> line.startsWith("# HELP "))
                .filter(line -> line.split(" ", 4)[3].length() > 10)
                .map(line -> line.split(" ")[2])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names()).allMatch(name -> described.stream().anyMatch(name::startsWith));
    }

    @Test
    void tagsHaveFewValuesAndNeverAKeyACallerOrATemplate() {
        Set<String> values = new TreeSet<>();
        ours.stream()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> TAG.matcher(line).results().forEach(tag -> {
                    assertThat(tag.group(1))
                            .isIn("outcome", "class", "type", "lane", "answer", "part", "le", "quantile");
                    values.add(tag.group(2));
                }));
        assertThat(values).doesNotContain(key, "social-card", CALLER).hasSizeLessThan(60);
        assertThat(String.join("\n", ours)).doesNotContain(key).doesNotContain(CALLER);
    }

    @Test
    void missesAndHitsAreCountedSeparately() {
        assertThat(ours)
                .anyMatch(line -> line.startsWith("afterimage_requests_total{lane=\"interactive\",outcome=\"hit\"}"))
                .anyMatch(line -> line.startsWith("afterimage_provider_answers_total{class=\"2xx\"}"));
    }

    private Set<String> names() {
        return ours.stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

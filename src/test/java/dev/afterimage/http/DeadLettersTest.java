package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryJobQueue;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FakeCore.class)
class DeadLettersTest {

    @Inject
    MemoryJobQueue queue;

    @BeforeEach
    @AfterEach
    void drain() {
        queue.clear();
    }

    @Test
    void redriveReturnsDeadLettersToTheQueueAndCountsThem() {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), Duration.ZERO);
        for (Claim claim : queue.claim(EnumSet.allOf(Lane.class), 2, Duration.ZERO)) {
            queue.deadLetter(claim, "The template is gone.");
        }

        given().post("/v1/dead-letters/redrive")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body(equalTo("{\"redriven\":2}"));

        assertThat(queue.deadLetters()).isEmpty();
        assertThat(queue.status().depth()).isEqualTo(2);
        given().post("/v1/dead-letters/redrive").then().statusCode(200).body(equalTo("{\"redriven\":0}"));
    }

    @Test
    void redriveIsAPostOnly() {
        given().get("/v1/dead-letters/redrive").then().statusCode(405).header("Allow", equalTo("OPTIONS, POST"));
    }
}

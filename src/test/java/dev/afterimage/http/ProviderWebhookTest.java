package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.hamcrest.Matchers.endsWith;

import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.testing.Limiters;
import dev.afterimage.time.Pause;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a provider's word that a job has ended. */
@QuarkusTest
@TestProfile(FakeCore.class)
class ProviderWebhookTest extends WithFakeCore {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{\"title\":\"A\"}"), ImageFormat.WEBP, 3);
    private static final ImageKey PURGED = new ImageKey("cd".repeat(32));

    @Inject
    ProviderWebhooks webhooks;

    @Inject
    ProviderLimiter limiter;

    @Inject
    Receipts receipts;

    @Inject
    Pause pause;

    @Inject
    Clock clock;

    private Permit.Departed call;

    @AfterEach
    void end() {
        if (call != null) {
            receipts.settle(call, new CallOutcome.NotBilled());
        }
    }

    private void open(ImageKey key, String ticket) {
        Purchase purchase = Purchase.of(key, REQUEST, Duration.ofDays(1));
        call = (Permit.Departed) limiter.depart(
                (Permit.Granted) limiter.acquire(Limiters.ONE, Lane.INTERACTIVE, Duration.ofMinutes(1)), purchase);
        if (!ticket.isEmpty()) {
            receipts.keepTicket(call, ticket);
        }
    }

    private ValidatableResponse tell(ImageKey key) {
        return post(URI.create(webhooks.url(key).orElseThrow()).getPath());
    }

    private static ValidatableResponse post(String path) {
        return given().contentType("application/json")
                .body("{\"status\":\"succeeded\",\"output\":\"https://evil.example/x.png\"}")
                .post(path)
                .then();
    }

    @Test
    void webhookPollsItsOpenJobAtOnceWhateverItsBody() {
        open(FakeCore.KEY, "https://api.example/jobs/1");

        tell(FakeCore.KEY).statusCode(204);

        GenerationRequest asked = core.generationRequest();
        assertThat(asked.request()).isEqualTo(REQUEST);
        assertThat(asked.queued()).isTrue();
        assertThat(asked.mayBuy()).isFalse();
        assertThat(receipts.find(FakeCore.KEY)).as("it ends no receipt").isPresent();
    }

    @Test
    void webhookWakesTheWaitingProcessOnly() {
        open(FakeCore.KEY, "https://api.example/jobs/1");

        try (ProviderWebhooks.Subscription calls = webhooks.listen(FakeCore.KEY)) {
            assertThat(calls).isNotNull();
            tell(FakeCore.KEY).statusCode(204);
        }

        core.assertUntouched();
    }

    /** Some send the image in it. */
    @Test
    void webhookMayHaveALargeBody() {
        open(FakeCore.KEY, "https://api.example/jobs/1");

        given().contentType("application/json")
                .body("{\"output\":\"" + "x".repeat(400_000) + "\"}")
                .post(URI.create(webhooks.url(FakeCore.KEY).orElseThrow()).getPath())
                .then()
                .statusCode(204);

        assertThat(core.generationRequest().request()).isEqualTo(REQUEST);
    }

    @Test
    void webhookWithoutAnOpenJobDoesNothing() {
        tell(FakeCore.KEY).statusCode(204);
        open(FakeCore.KEY, "");
        tell(FakeCore.KEY).statusCode(204);

        core.assertUntouched();
    }

    @Test
    void webhookOfAPurgedTemplateBuysNothing() {
        open(PURGED, "https://api.example/jobs/1");

        tell(PURGED).statusCode(204);

        core.assertUntouched();
    }

    @Test
    void withoutASecretTheWebhookRouteIsNotFound() {
        ProviderWebhookResource off =
                new ProviderWebhookResource(ProviderWebhooks.none(), receipts, core, pause, clock);

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> off.receive(FakeCore.KEY.value(), ""))
                .satisfies(refusal -> assertThat(refusal.problem().status()).isEqualTo(404));
    }

    @Test
    void webhookAtAnotherAddressIsRefused() {
        open(FakeCore.KEY, "https://api.example/jobs/1");
        String right = URI.create(webhooks.url(FakeCore.KEY).orElseThrow()).getPath();

        post(right.substring(0, right.length() - 1)).statusCode(403).body("type", endsWith("/url-refused"));
        post(right.replace(FakeCore.KEY.value(), PURGED.value())).statusCode(403);
        post(right.replace(FakeCore.KEY.value(), "x")).statusCode(404);
        core.assertUntouched();
    }
}

package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.Charge;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class UsageTest {

    @Inject
    CreditBudget budget;

    @Test
    void usageIsListedByTenantName() {
        CreditBudget.Reserved reserved =
                (CreditBudget.Reserved) budget.reserve(new Charge("default", "usage-test", "usage-tenant", 2.5));

        given().when()
                .get("/v1/usage?by=tenant&month=" + reserved.month())
                .then()
                .statusCode(200)
                .body("month", equalTo(reserved.month()))
                .body("by", equalTo("tenant"))
                .body("usage.find { it.name == 'usage-tenant' }.cost", equalTo(2.5f));
        budget.giveBack(reserved);
    }

    @Test
    void monthWithoutUsageIsEmpty() {
        given().when()
                .get("/v1/usage?by=template&month=1999-01")
                .then()
                .statusCode(200)
                .body("usage", empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"by=color", "by=tenant&month=2026-13", "month=november"})
    void invalidMonthIsRefused(String query) {
        given().when().get("/v1/usage?" + query).then().statusCode(400).body("type", endsWith("/invalid-request"));
    }
}

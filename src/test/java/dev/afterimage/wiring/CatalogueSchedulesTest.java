package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.http.LocalDemo;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(LocalDemo.class)
class CatalogueSchedulesTest {

    @Inject
    CatalogueSchedules schedules;

    @Test
    void aScheduleThatIsNoCronExpressionIsRefusedWithItsKey() {
        assertThatThrownBy(() -> schedules.schedule("cards", "0 3 * *"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Set afterimage.pregeneration.catalogues.\"cards\".schedule to ")
                .hasMessageContaining("0 3 * *");
    }
}

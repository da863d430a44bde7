package dev.afterimage.wiring;

import static dev.afterimage.wiring.IdentityCheck.warnIfChanged;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.testing.MemoryImageStore;
import org.junit.jupiter.api.Test;

class IdentityCheckTest {

    private final MemoryImageStore store = new MemoryImageStore();

    @Test
    void changedIdentityIsLoggedOnce() {
        ProviderIdentity one = ProviderIdentity.described("json", "POST", "https://one.example.com/", "{}");
        ProviderIdentity other = ProviderIdentity.described("json", "POST", "https://other.example.com/", "{}");

        assertThat(warnIfChanged(one, store)).isEmpty();
        assertThat(warnIfChanged(one, store)).isEmpty();
        assertThat(warnIfChanged(other, store)).contains(one.value());
        assertThat(warnIfChanged(other, store)).isEmpty();
    }

    @Test
    void unavailableStoreDoesNotStopTheStart() {
        assertThat(warnIfChanged(ProviderIdentity.builtIn("demo"), store.down(true)))
                .isEmpty();
    }
}

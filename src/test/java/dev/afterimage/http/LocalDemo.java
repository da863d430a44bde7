package dev.afterimage.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** The whole service as on a laptop, with the demo provider at a quick pace. */
public class LocalDemo implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "afterimage.directory", "target/directory-of-console",
                "afterimage.demo.latency", "250ms",
                "afterimage.demo.rate", "40",
                "afterimage.provider.rate", "40");
    }
}

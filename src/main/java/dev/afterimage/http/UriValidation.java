package dev.afterimage.http;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Moves the check for malformed URIs from Quarkus to {@link RequestPrelude}. Quarkus checks in front of its router, where
 * its bare 400 cannot become a problem document, and the only switch is a system property that it reads when its HTTP classes
 * are loaded. Building the configuration is the one step that lies before that in every mode: jar, dev, test, native.
 */
public final class UriValidation implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        System.setProperty("vertx.disableURIValidation", "true");
    }
}

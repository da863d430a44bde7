package dev.afterimage.http;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** What single templates have of their own. */
@ConfigMapping(prefix = "afterimage")
public interface TemplatesConfig {

    /** By the template's name. */
    Map<String, TemplateSettings> templates();

    /** One template. */
    interface TemplateSettings {

        /** The URL of an image that a signed request link leads to while the template's own is not ready. */
        Optional<URI> placeholder();
    }
}

package dev.afterimage.image;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Settings of single templates. */
@ConfigMapping(prefix = "afterimage")
public interface TemplatesConfig {

    /**
     * By the template's name, such as {@code afterimage.templates."hero".ttl=1h}; a template that has any setting is
     * declared.
     */
    Map<String, TemplateSettings> templates();

    /** Whether templates that are not declared are refused. */
    @WithDefault("false")
    boolean templatesOnly();

    /** One template. */
    interface TemplateSettings {

        /**
         * The API that makes the template's images: a name of {@code afterimage.providers}, or a value that
         * {@code afterimage.provider.kind} takes; left out, the API of {@code afterimage.provider.kind}.
         */
        Optional<String> provider();

        /** The provider's own name of the template or model, which may hold {@code /}; a request cannot set it. */
        Optional<String> target();

        /**
         * Data of every request for the template, as a JSON object; a request's own properties take the place of these.
         * The image's key contains them, as it contains the request's own data.
         */
        Optional<String> defaults();

        /** What an image of the template costs, in the provider's own unit, in place of what the description says. */
        OptionalDouble cost();

        /** How long the template's images are fresh, in place of {@code afterimage.cache.ttl}. */
        Optional<Duration> ttl();

        /** The URL to which a signed request link redirects while the image that it asks for is not ready. */
        Optional<URI> placeholder();
    }
}

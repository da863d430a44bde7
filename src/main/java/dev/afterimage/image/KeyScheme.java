package dev.afterimage.image;

import java.util.Map;

/**
 * Makes keys: SHA-256 over the RFC 8785 canonical JSON of data, format, provider, template, variant and template version.
 * Whatever changes the image changes the key; whatever does not (property order, white space, number spelling) does not.
 */
public final class KeyScheme {

    private final String provider;
    private final Map<String, Template> templates;
    private final boolean templatesOnly;

    /**
     * What decides how a template's images look, as the operator declared it.
     *
     * @param provider which API makes its images
     * @param defaults properties of the data where a request has none of its own
     */
    public record Template(ProviderIdentity provider, TemplateData defaults) {}

    /** A scheme for one provider that makes the images of all templates. */
    public KeyScheme(ProviderIdentity provider) {
        this(provider, Map.of(), false);
    }

    /**
     * A scheme with declared templates.
     *
     * @param provider of the templates that are not declared. Providers are part of the key, because two APIs draw one
     *     template differently
     * @param templates the declared ones by name
     * @param templatesOnly whether the others are refused
     */
    public KeyScheme(ProviderIdentity provider, Map<String, Template> templates, boolean templatesOnly) {
        this.provider = CanonicalString.quote(provider.value());
        this.templates = Map.copyOf(templates);
        this.templatesOnly = templatesOnly;
    }

    /**
     * The key of one image.
     *
     * @param templateVersion raised by a purge, so that every older image of the template becomes a miss
     * @throws UndeclaredTemplateException when the template is not served
     */
    public ImageKey keyOf(ImageRequest request, long templateVersion) {
        requireDeclared(request.template());
        Template template = templates.get(request.template().value());
        // Already in canonical order: RFC 8785 sorts property names by UTF-16 code units. Variant 0 is left out, so
        // that its keys are the same as before there were variants.
        String document = "{\"data\":" + completed(request).data().json()
                + ",\"format\":" + CanonicalString.quote(request.format().word())
                + ",\"provider\":"
                + (template == null
                        ? provider
                        : CanonicalString.quote(template.provider().value()))
                + ",\"template\":" + CanonicalString.quote(request.template().value())
                + (request.variant() == 0 ? "" : ",\"variant\":" + request.variant())
                + ",\"version\":" + templateVersion + "}";
        return new ImageKey(Sha256.hex(document));
    }

    /** The request with the defaults of its template, as the provider gets it. */
    public ImageRequest completed(ImageRequest request) {
        Template template = templates.get(request.template().value());
        return template == null || template.defaults().json().equals("{}")
                ? request
                : request.withData(request.data().over(template.defaults()));
    }

    /**
     * Checks that a template is served.
     *
     * @throws UndeclaredTemplateException when it is not
     */
    public void requireDeclared(TemplateId template) {
        if (templatesOnly && !templates.containsKey(template.value())) {
            throw new UndeclaredTemplateException(template);
        }
    }

    /** Only templates that the operator has declared are served ({@code afterimage.templates-only}), and this one is not. */
    public static final class UndeclaredTemplateException extends InvalidRequestException {

        public UndeclaredTemplateException(TemplateId template) {
            super(
                    "The operator serves declared templates only, and has not declared " + template
                            + ". A template is declared by any setting of its own, such as afterimage.templates.\""
                            + template
                            + "\".ttl=24h; afterimage.templates-only=false serves all.",
                    "template");
        }
    }
}

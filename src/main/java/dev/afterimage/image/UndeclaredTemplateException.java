package dev.afterimage.image;

/** Only templates that the operator has declared are served ({@code afterimage.templates-only}), and this one is not. */
public final class UndeclaredTemplateException extends InvalidRequestException {

    private static final long serialVersionUID = 1L;

    public UndeclaredTemplateException(TemplateId template) {
        super(
                "The operator serves declared templates only, and has not declared " + template
                        + ". A template is declared by any key of its own, such as afterimage.templates.\"" + template
                        + "\".ttl=24h; afterimage.templates-only=false serves all.",
                "template");
    }
}

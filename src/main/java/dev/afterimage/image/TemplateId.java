package dev.afterimage.image;

import java.util.regex.Pattern;

/**
 * The name of a template, 1 to 128 letters, digits, {@code . _ ~ : -}, beginning with a letter or digit: the provider's own
 * name, unless the template's {@code target} has another. The narrow alphabet is deliberate: the name ends up in URLs,
 * headers, file names and Redis keys.
 */
public record TemplateId(String value) {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}");

    public TemplateId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidRequestException(
                    "A template is named by 1 to 128 letters, digits or . _ ~ : - and begins with a letter or digit.",
                    "template");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

package dev.afterimage.image;

/**
 * The name of a template: 1 to 128 letters, digits or {@code . _ ~ : -}, the first a letter or digit. The provider
 * calls the template by the same name, unless its {@code target} is configured. The narrow alphabet is deliberate: the
 * name ends up in URLs, headers, file names and Redis keys.
 */
public record TemplateId(String value) {

    private static final int LONGEST = 128;

    public TemplateId {
        if (!hasForm(value)) {
            throw new InvalidRequestException(
                    "A template is named by 1 to 128 letters, digits or . _ ~ : - and begins with a letter or digit.",
                    "template");
        }
    }

    /** No regular expression, because every request passes here. */
    private static boolean hasForm(String value) {
        if (value.isEmpty() || value.length() > LONGEST || !isLetterOrDigit(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && "._~:-".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return value;
    }
}

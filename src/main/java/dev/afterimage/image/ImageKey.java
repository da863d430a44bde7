package dev.afterimage.image;

import java.util.regex.Pattern;

/**
 * The identity of one picture: the SHA-256 of everything that decides how it looks, as 64 lower-case hexadecimal
 * digits. Safe as a file name, an object name, a Redis key and a path segment.
 */
public record ImageKey(String value) {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public ImageKey {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidRequestException("An image key is 64 lower-case hexadecimal digits.", "key");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

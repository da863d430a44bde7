package dev.afterimage.image;

/**
 * The identity of one image: the SHA-256 of everything that decides how it looks, as 64 lower-case hexadecimal
 * digits. Safe as a file name, an object name, a Redis key and a path segment.
 */
public record ImageKey(String value) {

    private static final int LENGTH = 64;

    public ImageKey {
        if (!hasForm(value)) {
            throw new InvalidRequestException("An image key is 64 lower-case hexadecimal digits.", "key");
        }
    }

    /** By hand, because each request makes a key and a regular expression costs as much as the hash. */
    private static boolean hasForm(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return value.length() == LENGTH;
    }

    @Override
    public String toString() {
        return value;
    }
}

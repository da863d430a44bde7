package dev.afterimage.image;

/**
 * The caller's input is wrong and asking again unchanged will not help. The message says how to mend it and is shown to
 * the caller; it never repeats data values.
 */
public class InvalidRequestException extends RuntimeException {

    private final String pointer;

    /**
     * A mistake in one part of the input.
     *
     * @param detail how to mend the input, a full sentence
     * @param pointer the name of the part that is wrong, such as {@code template} or {@code data}
     */
    public InvalidRequestException(String detail, String pointer) {
        super(detail);
        this.pointer = pointer;
    }

    /** The part of the input that is wrong. */
    public String pointer() {
        return pointer;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}

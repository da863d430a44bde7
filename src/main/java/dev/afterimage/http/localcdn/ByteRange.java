package dev.afterimage.http.localcdn;

import dev.afterimage.time.HttpDate;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of an image that a request wants (RFC 9110, section 14). Several ranges in one request are answered with the
 * whole, as are ranges that make no sense: a server may ignore the header.
 */
sealed interface ByteRange {

    /** All of it: 200. */
    record Whole() implements ByteRange {}

    /**
     * Some of it: 206.
     *
     * @param first the first byte, from 0
     * @param last the last byte, included
     */
    record Part(int first, int last) implements ByteRange {

        int length() {
            return last - first + 1;
        }

        String contentRange(int complete) {
            return "bytes " + first + '-' + last + '/' + complete;
        }
    }

    /** It ends before the range begins: 416. */
    record Unsatisfiable() implements ByteRange {}

    Pattern SINGLE = Pattern.compile("\\s*bytes\\s*=\\s*([0-9]*)\\s*-\\s*([0-9]*)\\s*", Pattern.CASE_INSENSITIVE);

    /**
     * Reads {@code Range} and {@code If-Range}.
     *
     * @param header a request header by its name
     * @param complete the image's length in bytes, at least 1
     */
    static ByteRange of(Function<String, Optional<String>> header, Validators current, int complete) {
        Optional<String> range = header.apply("Range");
        if (range.isEmpty() || !stillCurrent(header.apply("If-Range"), current)) {
            return new Whole();
        }
        Matcher single = SINGLE.matcher(range.get());
        if (!single.matches() || (single.group(1).isEmpty() && single.group(2).isEmpty())) {
            return new Whole();
        }
        return single.group(1).isEmpty()
                ? suffix(number(single.group(2)), complete)
                : from(number(single.group(1)), single.group(2), complete);
    }

    private static boolean stillCurrent(Optional<String> ifRange, Validators current) {
        if (ifRange.isEmpty()) {
            return true;
        }
        String condition = ifRange.get().strip();
        return condition.endsWith("\"")
                ? current.matchStrongly(condition)
                : HttpDate.read(condition)
                        .filter(current.lastModified()::equals)
                        .isPresent();
    }

    private static ByteRange suffix(int length, int complete) {
        return length == 0 ? new Unsatisfiable() : new Part(Math.max(0, complete - length), complete - 1);
    }

    private static ByteRange from(int first, String lastDigits, int complete) {
        int last = lastDigits.isEmpty() ? Integer.MAX_VALUE : number(lastDigits);
        if (last < first) {
            return new Whole();
        }
        return first >= complete ? new Unsatisfiable() : new Part(first, Math.min(last, complete - 1));
    }

    /** Any number of digits; more than an image can have bytes is as good as the largest. */
    private static int number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > 10
                ? Integer.MAX_VALUE
                : (int) Math.min(Long.parseLong(significant), Integer.MAX_VALUE);
    }
}

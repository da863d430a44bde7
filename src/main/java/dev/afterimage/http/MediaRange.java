package dev.afterimage.http;

import java.util.List;

/** What a client accepts ({@code Accept}, RFC 9110, section 12.5.1), as far as it can be told without negotiation. */
final class MediaRange {

    static final String HEADER = "Accept";

    private MediaRange() {}

    /** Whether JSON is plainly accepted: nothing is said, or JSON or anything is named and not weighed. */
    static boolean acceptsJson(List<String> accept) {
        return accept.isEmpty() || accept.stream().anyMatch(MediaRange::namesJson);
    }

    private static boolean namesJson(String ranges) {
        for (String range : ranges.split(",", -1)) {
            String plain = range.strip();
            if (plain.equals("*/*") || plain.equalsIgnoreCase("application/json")) {
                return true;
            }
        }
        return false;
    }
}

package dev.afterimage.http.localcdn;

import dev.afterimage.cache.IndexEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells one version of an image from another (RFC 9110, section 8.8).
 *
 * @param entityTag strong, with its quotes: the bytes of a key change only together with the moment of their making
 * @param lastModified that moment, whole seconds, as HTTP dates have it
 */
record Validators(String entityTag, Instant lastModified) {

    private static final Pattern ENTITY_TAG = Pattern.compile("(W/)?(\"[^\"]*\")");

    static Validators of(IndexEntry entry) {
        String version = Long.toString(entry.createdAt().toEpochMilli(), Character.MAX_RADIX);
        return new Validators(
                '"' + entry.key().value().substring(0, 16) + '-' + version + '"',
                entry.createdAt().truncatedTo(ChronoUnit.SECONDS));
    }

    /** The comparison of {@code If-Match} and {@code If-Range}: a weak tag equals nothing. */
    boolean matchStrongly(String entityTags) {
        return matches(entityTags, false);
    }

    /** The comparison of {@code If-None-Match}. */
    boolean matchWeakly(String entityTags) {
        return matches(entityTags, true);
    }

    private boolean matches(String entityTags, boolean weakToo) {
        if (entityTags.strip().equals("*")) {
            return true;
        }
        Matcher tag = ENTITY_TAG.matcher(entityTags);
        while (tag.find()) {
            if ((weakToo || tag.group(1) == null) && tag.group(2).equals(entityTag)) {
                return true;
            }
        }
        return false;
    }
}

package dev.afterimage.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How callers are told that a batch has ended, or that an image for which they were answered 202 is there. */
@ConfigMapping(prefix = "afterimage.callbacks")
public interface CallbackConfig {

    /** The minimum length of a secret in bytes: that of HMAC-SHA256's output (RFC 2104, section 3). */
    int SHORTEST_SECRET = 32;

    /** What callbacks are signed with: at least 32 bytes of text. Left out, requests with a callback are refused. */
    Optional<String> secret();

    /** The secret before a rotation: callbacks are signed with both, until every receiver knows the new one. */
    Optional<String> formerSecret();

    /** Hosts that may have a private address and be plain http, such as those of a test. Others must be https and public. */
    Optional<List<String>> allowedHosts();

    /** How long the service waits for the answer to a callback. */
    @WithDefault("10s")
    Duration timeout();

    /** The secrets that are set, the current one first. */
    default List<String> secrets() {
        return Stream.concat(secret().stream(), formerSecret().stream()).toList();
    }
}

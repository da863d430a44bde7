package dev.afterimage.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** How long clients are kept waiting. */
@ConfigMapping(prefix = "afterimage.http")
public interface HttpConfig {

    /**
     * A request is answered within this time, or within the longer wait that it asks for (see {@link #maxWait()}): with the
     * image, or with 202 and the path to poll. Keep it under the time-out of whatever stands in front; Amazon API Gateway gives
     * up after 30 s. Except on Lambda it must be more than a second shorter than {@code quarkus.http.idle-timeout} (2 min), at
     * which a silent connection is closed.
     */
    @WithDefault("25s")
    Duration deadline();

    /**
     * The longest time that a request may ask for with {@code Prefer: wait}; at least {@code afterimage.http.deadline}, and
     * equal to it when left out. It, too, must be more than a second shorter than {@code quarkus.http.idle-timeout}.
     */
    Optional<Duration> maxWait();

    /**
     * How many requests in each process, and how many processes in the fleet, may wait for an image that is made for
     * another request; 0 or more. The others are answered 202 at once. Left out, all may wait. On Lambda a low number
     * keeps executions free for hits, because each waiting request takes one.
     */
    OptionalInt maxFollowers();

    /**
     * The request line and the headers arrive within this time; a client that sends them slower is cut off. Between requests
     * a connection may be idle for {@code quarkus.http.idle-timeout}.
     */
    @WithDefault("20s")
    Duration headTimeout();

    /**
     * The body of a request for an image, which is small, arrives within this time; a client that sends it slower is cut
     * off. Uploads of batches may last, but wait for their next bytes no longer than {@code quarkus.http.read-timeout}.
     */
    @WithDefault("20s")
    Duration bodyTimeout();
}

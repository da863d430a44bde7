/**
 * The adapters of a fleet's ports to Redis: one class for each port, and one {@code .lua} file for each script.
 * Everything goes through one {@link dev.afterimage.redis.RedisLink}, which limits each command's time and gives a
 * failing server a rest, so that a Redis that is slow or gone costs a request milliseconds and not its deadline. Works
 * with one server, with TLS, and with a cluster: every key of a script carries the same hash tag.
 */
@NullMarked
package dev.afterimage.redis;

import org.jspecify.annotations.NullMarked;

/**
 * The edge towards HTTP clients. Each request is given an id, and its answer the default headers
 * ({@link dev.afterimage.http.RequestPrelude}), its body is checked and read ({@link dev.afterimage.http.JsonBody}), then
 * {@link dev.afterimage.http.ImageEndpoint} or a resource asks the core, and {@link dev.afterimage.http.ImageResponses} turns the
 * outcome into status, headers and body. Everything that goes wrong leaves through {@link dev.afterimage.http.problem}.
 */
@NullMarked
package dev.afterimage.http;

import org.jspecify.annotations.NullMarked;

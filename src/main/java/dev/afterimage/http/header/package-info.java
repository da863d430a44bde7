/**
 * A whole response, and the header fields that mean something to this service, each with the RFC that defines it.
 */
@NullMarked
package dev.afterimage.http.header;

import org.jspecify.annotations.NullMarked;

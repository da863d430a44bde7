/**
 * Header fields that mean something to this service, one a class, each with the RFC that defines it.
 */
@NullMarked
package dev.afterimage.http.header;

import org.jspecify.annotations.NullMarked;

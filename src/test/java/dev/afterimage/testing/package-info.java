/** Support for tests: time moved by hand, images by number, other processes. */
@NullMarked
package dev.afterimage.testing;

import org.jspecify.annotations.NullMarked;

/** Support for tests: time moved by hand, pictures by number, other processes. */
@NullMarked
package dev.afterimage.testing;

import org.jspecify.annotations.NullMarked;

/**
 * The console: a page at {@code /} to try the service out and to see what it does. It is files in {@code /console} of the
 * class path, served by {@link dev.afterimage.http.console.ConsoleRoutes} where
 * {@link dev.afterimage.http.console.ConsoleSwitch} says so, and a client of the public API like any other.
 */
@NullMarked
package dev.afterimage.http.console;

import org.jspecify.annotations.NullMarked;

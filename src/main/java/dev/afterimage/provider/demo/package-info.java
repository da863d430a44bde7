/**
 * The built-in provider, which needs no account. {@link dev.afterimage.provider.demo.DemoProvider} checks a call against
 * its {@link dev.afterimage.provider.demo.DemoProvider.DemoWindow}, has a
 * {@link dev.afterimage.provider.demo.DemoProvider.DemoTemplate} draw, waits as long as a real API would take, and
 * encodes the image. Java2D is used only here, so that a native binary can leave this package out.
 */
@NullMarked
package dev.afterimage.provider.demo;

import org.jspecify.annotations.NullMarked;

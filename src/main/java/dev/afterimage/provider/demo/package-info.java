/**
 * The provider without an account: {@link dev.afterimage.provider.demo.DemoProvider} takes a call into its
 * {@link dev.afterimage.provider.demo.DemoProvider.DemoWindow}, lets the latency of a real API pass, has a
 * {@link dev.afterimage.provider.demo.DemoProvider.DemoTemplate} draw, and encodes the image. Java2D is used here and nowhere else, so
 * that a native image can leave this package out.
 */
@NullMarked
package dev.afterimage.provider.demo;

import org.jspecify.annotations.NullMarked;

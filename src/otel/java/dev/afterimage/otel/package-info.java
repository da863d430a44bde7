/**
 * Traces by OpenTelemetry, in a build with the profile otel only. {@link dev.afterimage.otel.OpenTelemetrySpans} makes
 * a span of each step that the decorators in {@code dev.afterimage.metrics} report, and
 * {@link dev.afterimage.otel.WithoutQueries} keeps data and signatures out of the span of an HTTP request.
 */
@NullMarked
package dev.afterimage.otel;

import org.jspecify.annotations.NullMarked;

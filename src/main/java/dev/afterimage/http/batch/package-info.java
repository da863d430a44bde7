/**
 * Batches over HTTP: an upload is streamed into the {@link dev.afterimage.batch.BatchIntake}, and its batch is
 * looked at, watched ({@link dev.afterimage.http.batch.BatchEvents}) and cancelled.
 */
@NullMarked
package dev.afterimage.http.batch;

import org.jspecify.annotations.NullMarked;

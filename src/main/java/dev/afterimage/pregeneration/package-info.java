/**
 * Images before anybody asks for them. A {@linkplain dev.afterimage.pregeneration.catalogue catalogue} is read as a
 * stream, the {@linkplain dev.afterimage.pregeneration.plan planner} drops what is fresh, the rest becomes jobs on the
 * {@linkplain dev.afterimage.pregeneration.queue queue}, and {@linkplain dev.afterimage.pregeneration.work workers} send
 * them through the same pipeline as everybody's requests, in the bulk lane. A
 * {@linkplain dev.afterimage.pregeneration.batch batch} is a catalogue that came by HTTP and can be watched.
 */
@NullMarked
package dev.afterimage.pregeneration;

import org.jspecify.annotations.NullMarked;

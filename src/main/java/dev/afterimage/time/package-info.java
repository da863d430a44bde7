/**
 * Time as an injected part: a {@link dev.afterimage.time.Deadline} says until when, a
 * {@link dev.afterimage.time.Pause} lets it pass, and {@link java.time.Clock} tells it. Nothing else in the core may ask
 * the system for the time or put a thread to sleep. {@link dev.afterimage.time.HttpDate} is how the edges write it.
 */
@NullMarked
package dev.afterimage.time;

import org.jspecify.annotations.NullMarked;

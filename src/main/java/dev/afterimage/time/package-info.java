/**
 * Time as an injected part: a {@link dev.afterimage.time.Deadline} says until when, a
 * {@link dev.afterimage.time.Pause} lets it pass, and {@link java.time.Clock} tells it; a
 * {@link dev.afterimage.time.Machine} is where a process has them from. Nothing else in the core may ask the system for the
 * time, put a thread to sleep, or start one. {@link dev.afterimage.time.HttpDate} is how the edges write it.
 */
@NullMarked
package dev.afterimage.time;

import org.jspecify.annotations.NullMarked;

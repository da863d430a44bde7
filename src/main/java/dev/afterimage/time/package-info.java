/**
 * Time as a part that is passed in. {@link java.time.Clock} tells the time, a {@link dev.afterimage.time.Pause} waits, and
 * a {@link dev.afterimage.time.Deadline} says when a piece of work must have ended. A process gets them from its
 * {@link dev.afterimage.time.Machine}; nothing else in the core may ask the system for the time, put a thread to sleep, or start
 * one. {@link dev.afterimage.time.HttpDate} reads the dates of HTTP.
 */
@NullMarked
package dev.afterimage.time;

import org.jspecify.annotations.NullMarked;

/**
 * What is known of the images that exist. Every request looks its key up in the
 * {@link dev.afterimage.cache.ImageIndex}; an {@link dev.afterimage.cache.IndexEntry} says where an image's
 * {@link dev.afterimage.cache.IndexEntry.Freshness} ends; a higher version in
 * {@link dev.afterimage.cache.TemplateVersions} turns all images of a template into misses. A lookup in a failing index
 * is a miss, never an error.
 */
@NullMarked
package dev.afterimage.cache;

import org.jspecify.annotations.NullMarked;

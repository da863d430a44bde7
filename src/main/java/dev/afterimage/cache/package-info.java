/**
 * What is known of the images that exist. The {@link dev.afterimage.cache.ImageIndex} is looked up by every request; an
 * {@link dev.afterimage.cache.IndexEntry} says where an image's {@link dev.afterimage.cache.IndexEntry.Freshness} ends;
 * {@link dev.afterimage.cache.TemplateVersions} turns all images of a template into misses. A failing index is a
 * miss, never an error.
 */
@NullMarked
package dev.afterimage.cache;

import org.jspecify.annotations.NullMarked;

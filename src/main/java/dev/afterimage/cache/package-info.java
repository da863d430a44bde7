/**
 * What is known about the pictures that exist. The {@link dev.afterimage.cache.ImageIndex} answers the hit path; an
 * {@link dev.afterimage.cache.IndexEntry} says where a picture's {@link dev.afterimage.cache.Freshness} ends;
 * {@link dev.afterimage.cache.TemplateVersions} makes whole templates a miss. A failing index is a miss, never an error.
 */
@NullMarked
package dev.afterimage.cache;

import org.jspecify.annotations.NullMarked;

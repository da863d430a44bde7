/** The entry on Lambda: alone, behind Quarkus' mock event server, and as the zip that AWS would start. */
@NullMarked
package dev.afterimage.lambda;

import org.jspecify.annotations.NullMarked;

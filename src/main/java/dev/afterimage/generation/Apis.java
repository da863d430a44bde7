package dev.afterimage.generation;

import dev.afterimage.image.ImageRequest;
import java.util.Set;

/** Port: the configured image APIs, by name. When one of them fails, the others may work. */
public interface Apis {

    /** The name of the API that makes this image. */
    String api(ImageRequest request);

    /** The names of all, at least one. */
    Set<String> apis();
}

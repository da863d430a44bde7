package dev.afterimage.http.console;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Whether there is a console. */
@ConfigMapping(prefix = "afterimage.console")
public interface ConsoleConfig {

    /**
     * Left out, there is one on the {@code local} backend only, and only where {@code afterimage.auth.mode} is {@code none}: it
     * needs the role operate, and a browser sends a key only if something adds it. Whoever reaches the page can spend credits with a click, as
     * whoever reaches the API can.
     */
    Optional<Boolean> enabled();
}

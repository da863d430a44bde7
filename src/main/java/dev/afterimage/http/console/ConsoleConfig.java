package dev.afterimage.http.console;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Whether there is a console. */
@ConfigMapping(prefix = "afterimage.console")
public interface ConsoleConfig {

    /**
     * Left out, there is one on the {@code local} backend only. Whoever reaches the page can spend credits with a click, as
     * whoever reaches the API can.
     */
    Optional<Boolean> enabled();
}

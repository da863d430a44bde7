package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.OptionalInt;

/** How much one caller may ask for. */
@ConfigMapping(prefix = "afterimage.quota")
public interface QuotaConfig {

    /** Requests that may be billed, per caller and clock hour (UTC), at least 1; no limit where left out. */
    @WithName("per-caller")
    OptionalInt perCaller();
}

package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.OptionalInt;

/** What one caller may use. */
@ConfigMapping(prefix = "afterimage.quota")
public interface QuotaConfig {

    /** Requests that may cost, per caller and clock hour (UTC); left out, as many as the caller likes. */
    @WithName("per-caller")
    OptionalInt perCaller();
}

package dev.afterimage.metrics;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where meters go on AWS. */
@ConfigMapping(prefix = "afterimage.metrics")
public interface MetricsConfig {

    /** The CloudWatch namespace; one a deployment, so that two in one account don't add up. */
    @WithDefault("Afterimage")
    String namespace();
}

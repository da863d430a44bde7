package dev.afterimage.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How long before its end an invocation is wound up. */
@ConfigMapping(prefix = "afterimage.lambda")
public interface LambdaConfig {

    /**
     * Work is told to end so long before the invocation does. More leaves time to queue what isn't ready and to answer 202;
     * less leaves more time for the image.
     */
    @WithName("answer-margin")
    @WithDefault("1500ms")
    Duration answerMargin();

    /**
     * Work that hasn't ended so long before the invocation does is given up, so that the caller gets an answer and the
     * metrics are written. Below the answer margin.
     */
    @WithName("stop-margin")
    @WithDefault("500ms")
    Duration stopMargin();
}

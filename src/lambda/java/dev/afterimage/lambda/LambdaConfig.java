package dev.afterimage.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How long before its end an invocation stops its work. */
@ConfigMapping(prefix = "afterimage.lambda")
public interface LambdaConfig {

    /**
     * How long before the invocation's end work must be answered. More leaves time to queue what is not ready and to
     * answer 202; less leaves more time for the image.
     */
    @WithName("answer-margin")
    @WithDefault("1500ms")
    Duration answerMargin();

    /**
     * How long before the invocation's end unfinished work is given up, so that the caller gets an answer and metrics are
     * written. Below the answer margin.
     */
    @WithName("stop-margin")
    @WithDefault("500ms")
    Duration stopMargin();
}

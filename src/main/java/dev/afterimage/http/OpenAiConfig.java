package dev.afterimage.http;

import io.smallrye.config.ConfigMapping;
import java.util.Map;

/** How requests in the form of OpenAI's Images API are read. */
@ConfigMapping(prefix = "afterimage.openai")
public interface OpenAiConfig {

    /**
     * The template that a model stands for, such as {@code afterimage.openai.models."black-forest-labs/flux-1.1-pro"=flux}. A
     * model that is not listed is the template of that name.
     */
    Map<String, String> models();
}

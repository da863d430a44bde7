package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** RenderForm: renderform.io/docs/api/render-image (17 May 2024). */
public final class RenderFormDouble extends ApiDouble {

    public RenderFormDouble(Clock clock) {
        super(clock, "renderform", "RenderForm", "cdn.renderform.io");
    }

    @Override
    public String data(int number) {
        return "{\"title.text\":\"Hello " + number + "\",\"photo.src\":\"https://example.com/1.jpg\"}";
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("x-api-key").equals(KEY)) {
            return failure("Invalid API key");
        }
        boolean asDocumented = call.isPost("https://get.renderform.io/api/v2/render")
                && call.isJson()
                && call.json().path("data").path("title.text").asText().startsWith("Hello");
        if (!asDocumented) {
            return failure("Bad request");
        }
        if (!call.json().path("template").asText().equals("card")) {
            return failure("Template not found");
        }
        return ZooAnswer.json(200, "{'requestId':'1','href':'" + makeResult() + "'}")
                .after(Duration.ofMillis(1_500));
    }

    private static ZooAnswer failure(String message) {
        return ZooAnswer.json(400, "{'msg':'" + message + "','status':400}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.rejected("template not found", failure("Template not found"), Reason.TEMPLATE),
                DocumentedError.rejected("bad request", failure("Unknown property"), Reason.DATA));
    }
}

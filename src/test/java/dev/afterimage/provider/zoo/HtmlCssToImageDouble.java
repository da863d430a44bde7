package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** HTML/CSS to Image: docs.htmlcsstoimage.com, getting started and rate limits. No limit for creating images. */
public final class HtmlCssToImageDouble extends ApiDouble {

    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString(("user-1:" + KEY).getBytes(StandardCharsets.UTF_8));

    public HtmlCssToImageDouble(Clock clock) {
        super(clock, "htmlcsstoimage", "HTML/CSS to Image");
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("user", "user-1");
    }

    @Override
    public String data(int number) {
        return "{\"html\":\"<p>" + number + "</p>\",\"css\":\"p { color: red }\"}";
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (call.isGet()) {
            return ZooAnswer.image(IMAGE);
        }
        if (!call.header("authorization").equals(BASIC)) {
            return ZooAnswer.json(401, "{'error':'Unauthorized'}");
        }
        if (!call.isPost("https://hcti.io/v1/image")
                || !call.isJson()
                || !call.json().path("html").isTextual()) {
            return ZooAnswer.json(400, "{'error':'Bad Request','message':'HTML is Required'}");
        }
        bill();
        return ZooAnswer.json(200, "{'url':'https://hcti.io/v1/image/be4c5118','id':'be4c5118'}")
                .after(Duration.ofSeconds(1));
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.refused("credentials", ZooAnswer.json(401, "{'error':'Unauthorized'}")),
                DocumentedError.rejected(
                        "no html",
                        ZooAnswer.json(400, "{'error':'Bad Request','message':'HTML is Required'}"),
                        Reason.DATA),
                DocumentedError.outOfCredits(
                        "plan used up", ZooAnswer.json(429, "{'error':'Plan limit exceeded','statusCode':429}")));
    }
}

package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.testing.SampleImages;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * Gemini's image models over generateContent. The part with the image is the first one, or comes after two drafts and text, by
 * turns.
 */
public final class GeminiDouble extends ApiDouble {

    private static final String URL =
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-nano-banana-2.1:generateContent";

    /** An image that came up while the model thought. */
    private static final String DRAFT = "{'inlineData':{'mimeType':'image/jpeg','data':'"
            + Base64.getEncoder().encodeToString(SampleImages.whole(ImageFormat.JPEG)) + "'},'thought':true}";

    private int asked;

    public GeminiDouble(Clock clock) {
        super(clock, "gemini", "Gemini image");
        allow(500, Duration.ofMinutes(1));
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\"}";
    }

    @Override
    public double cost() {
        return 1_295;
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("x-goog-api-key").equals(KEY)) {
            return badKey();
        }
        if (!call.isPost(URL)
                || !call.json().at("/contents/0/parts/0/text").isTextual()
                || !call.json().at("/generationConfig/responseModalities").isArray()) {
            return error(400, "INVALID_ARGUMENT", "");
        }
        bill();
        String image = "{'inlineData':{'mimeType':'image/png','data':'" + BASE64 + "'}}";
        String parts = asked++ % 2 == 0 ? image : DRAFT + "," + DRAFT + ",{'text':'Here it is.'}," + image;
        return ZooAnswer.json(
                        200,
                        "{'candidates':[{'content':{'parts':[" + parts
                                + "]},'finishReason':'STOP'}],'usageMetadata':{'totalTokenCount':1295}}")
                .after(Duration.ofSeconds(6));
    }

    private static ZooAnswer error(int status, String name, String details) {
        return ZooAnswer.json(
                status,
                "{'error':{'code':" + status + ",'message':'No.','status':'" + name + "','details':[" + details
                        + "]}}");
    }

    private static ZooAnswer badKey() {
        return error(
                400,
                "INVALID_ARGUMENT",
                "{'@type':'type.googleapis.com/google.rpc.ErrorInfo','reason':'API_KEY_INVALID'}");
    }

    private static ZooAnswer exhausted(String quota, String delay) {
        return error(
                429,
                "RESOURCE_EXHAUSTED",
                "{'@type':'type.googleapis.com/google.rpc.QuotaFailure','violations':[{'quotaId':'" + quota
                        + "'}]},{'@type':'type.googleapis.com/google.rpc.Help'},"
                        + "{'@type':'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'" + delay + "'}");
    }

    @Override
    ZooAnswer tooMany() {
        return exhausted("GenerateRequestsPerMinutePerProjectPerModel", "34.074824224s");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("a minute's quota", tooMany(), Duration.ofMillis(34_075)),
                DocumentedError.outOfCredits(
                        "a day's quota", exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "55s")),
                DocumentedError.rejected(
                        "blocked prompt",
                        ZooAnswer.json(200, "{'promptFeedback':{'blockReason':'OTHER'}}"),
                        Reason.MODERATED),
                DocumentedError.rejected(
                        "blocked image",
                        ZooAnswer.json(200, "{'candidates':[{'finishReason':'IMAGE_SAFETY'}]}"),
                        Reason.MODERATED),
                DocumentedError.unusable(
                        "no image", ZooAnswer.json(200, "{'candidates':[{'finishReason':'NO_IMAGE'}]}")),
                DocumentedError.unusable(
                        "no image but a draft",
                        ZooAnswer.json(
                                200,
                                "{'candidates':[{'content':{'parts':[" + DRAFT + "]},'finishReason':'NO_IMAGE'}]}")),
                DocumentedError.refused("key", badKey()),
                DocumentedError.refused("permission", error(403, "PERMISSION_DENIED", "")),
                DocumentedError.refused("model", error(404, "NOT_FOUND", "")),
                DocumentedError.rejected("bad argument", error(400, "INVALID_ARGUMENT", ""), Reason.DATA),
                DocumentedError.unknown("internal", error(500, "INTERNAL", "")),
                DocumentedError.unavailable("overloaded", error(503, "UNAVAILABLE", "")),
                DocumentedError.unknown("too late", error(504, "DEADLINE_EXCEEDED", "")));
    }
}

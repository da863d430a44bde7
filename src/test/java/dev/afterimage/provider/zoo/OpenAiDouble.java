package dev.afterimage.provider.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** OpenAI's Images API with a GPT image model, in the first tier: five images a minute. */
public final class OpenAiDouble extends ApiDouble {

    public OpenAiDouble(Clock clock) {
        super(clock, "openai", "OpenAI Images");
        allow(5, Duration.ofMinutes(1));
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\",\"size\":\"1024x1024\",\"n\":10,\"model\":\"dearer\"}";
    }

    @Override
    public double cost() {
        return 1_107;
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").equals("Bearer " + KEY)) {
            return error(401, "invalid_request_error", "invalid_api_key");
        }
        JsonNode asked = call.json();
        boolean asDocumented = call.isPost("https://api.openai.com/v1/images/generations")
                && asked.path("prompt").isTextual()
                && asked.path("model").asText().equals("gpt-image-2.6-sunburst")
                && asked.path("n").asInt() == 1
                && asked.path("output_format").asText().equals("png");
        if (!asDocumented) {
            return error(400, "invalid_request_error", "invalid_value");
        }
        bill();
        return ZooAnswer.json(
                        200,
                        "{'created':1713833628,'data':[{'b64_json':'" + BASE64
                                + "'}],'usage':{'total_tokens':1107,'input_tokens':51,'output_tokens':1056}}")
                .with("x-ratelimit-limit-requests", "5")
                .after(Duration.ofSeconds(15));
    }

    private static ZooAnswer error(int status, String type, String code) {
        return ZooAnswer.json(
                status, "{'error':{'message':'No.','type':'" + type + "','param':null,'code':'" + code + "'}}");
    }

    @Override
    ZooAnswer tooMany() {
        return error(429, "requests", "rate_limit_exceeded").with("x-ratelimit-reset-requests", "6m0s");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("rate limit", tooMany(), Duration.ofMinutes(6)),
                DocumentedError.throttled(
                        "rate limit with Retry-After", tooMany().with("Retry-After", "12"), Duration.ofSeconds(12)),
                DocumentedError.outOfCredits("quota", error(429, "insufficient_quota", "insufficient_quota")),
                DocumentedError.outOfCredits("credits", error(429, "requests", "credit_balance_exhausted")),
                DocumentedError.outOfCredits(
                        "project's limit", error(429, "insufficient_quota", "project_spend_limit_exceeded")),
                DocumentedError.outOfCredits(
                        "organization's limit", error(429, "requests", "organization_spend_limit_exceeded")),
                DocumentedError.outOfCredits(
                        "usage limit", error(429, "requests", "organization_usage_limit_exceeded")),
                DocumentedError.outOfCredits(
                        "hard limit", error(400, "invalid_request_error", "billing_hard_limit_reached")),
                DocumentedError.rejected(
                        "moderation",
                        error(400, "image_generation_user_error", "moderation_blocked"),
                        Reason.MODERATED),
                DocumentedError.rejected(
                        "bad parameter",
                        error(400, "image_generation_user_error", "invalid_input_fidelity_model"),
                        Reason.DATA),
                DocumentedError.rejected(
                        "bad value", error(400, "invalid_request_error", "invalid_value"), Reason.DATA),
                DocumentedError.refused("key", error(401, "invalid_request_error", "invalid_api_key")),
                DocumentedError.refused(
                        "country", error(403, "request_forbidden", "unsupported_country_region_territory")),
                DocumentedError.refused("model", error(404, "invalid_request_error", "model_not_found")),
                DocumentedError.unknown("server error", error(500, "server_error", "server_error")),
                DocumentedError.unavailable("overloaded", error(503, "server_error", "overloaded")));
    }
}

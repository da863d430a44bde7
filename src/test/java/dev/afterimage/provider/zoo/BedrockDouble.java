package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Amazon Bedrock, InvokeModel with a model of Stability AI. Takes signed calls only; quotas differ by account, here 90 a minute. */
public final class BedrockDouble extends ApiDouble {

    private static final String URL =
            "https://bedrock-runtime.us-west-2.amazonaws.com/model/stability.stable-image-core-v1%3A1/invoke";

    private static final String SIGNED =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/us-west-2/bedrock/aws4_request, "
                    + "SignedHeaders=[^,]*content-type[^,]*host[^,]*x-amz-date[^,]*, Signature=[0-9a-f]{64}";

    public BedrockDouble(Clock clock) {
        super(clock, "bedrock", "Amazon Bedrock");
        allow(90, Duration.ofMinutes(1));
    }

    @Override
    public String data(int number) {
        return "{\"prompt\":\"a cat, number " + number + "\"}";
    }

    @Override
    ZooAnswer api(ZooCall call) {
        if (!call.header("authorization").matches(SIGNED)
                || call.header("x-amz-date").isEmpty()) {
            return ZooAnswer.json(403, "{'message':'The request signature is wrong'}");
        }
        boolean asDocumented = call.isPost(URL)
                && call.json().path("prompt").isTextual()
                && List.of("png", "jpeg")
                        .contains(call.json().path("output_format").asText());
        if (!asDocumented) {
            return ZooAnswer.json(400, "{'message':'Malformed input request'}");
        }
        bill();
        return ZooAnswer.json(200, "{'seeds':[1],'finish_reasons':[null],'images':['" + BASE64 + "']}")
                .after(Duration.ofSeconds(5));
    }

    @Override
    ZooAnswer tooMany() {
        return ZooAnswer.json(429, "{'message':'Too many requests, please wait before trying again.'}");
    }

    @Override
    public List<DocumentedError> errors() {
        return List.of(
                DocumentedError.throttled("throttled", tooMany()),
                DocumentedError.refused("signature", ZooAnswer.json(403, "{'message':'signature'}")),
                DocumentedError.refused("model", ZooAnswer.json(404, "{'message':'No such model'}")),
                DocumentedError.rejected("malformed", ZooAnswer.json(400, "{'message':'Malformed'}"), Reason.DATA),
                DocumentedError.rejected(
                        "filtered prompt",
                        ZooAnswer.json(200, "{'seeds':[],'finish_reasons':['Filter reason: prompt'],'images':[]}"),
                        Reason.MODERATED),
                DocumentedError.unknown("model timed out", ZooAnswer.json(408, "{}")),
                DocumentedError.unknown("model failed", ZooAnswer.json(424, "{}")),
                DocumentedError.unavailable("unavailable", ZooAnswer.json(503, "{}")));
    }
}

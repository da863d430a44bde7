package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A request in the form of OpenAI's Images API ("Create image" in its API reference). {@code model} names the template;
 * {@code prompt}, and whatever else would change the image, is its data.
 *
 * @param images the variants from 0 on, {@code n} of them
 * @param inline whether the images are to be in the answer, as {@code b64_json}, in place of their URLs
 */
record OpenAiRequest(List<ImageRequest> images, boolean inline) {

    static final int MOST_IMAGES = 10;

    /** The API's own limit for its newest models. */
    private static final int LONGEST_PROMPT = 32_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a body.
     *
     * @param models the templates that models stand for, by the model's name; any other model is itself the name of a template
     * @throws InvalidRequestException when it cannot be understood; its pointer is the member's name
     */
    static OpenAiRequest read(byte[] utf8, Map<String, String> models) {
        ObjectNode body = object(utf8);
        String model =
                text(body, "model", "Name the model: the template, or what afterimage.openai.models maps to one.");
        String prompt = text(body, "prompt", "Write the prompt as text of 1 to " + LONGEST_PROMPT + " characters.");
        if (prompt.isBlank() || prompt.length() > LONGEST_PROMPT) {
            throw new InvalidRequestException(
                    "Write the prompt as text of 1 to " + LONGEST_PROMPT + " characters.", "prompt");
        }
        int count = count(take(body, "n"));
        boolean inline = oneOf(take(body, "response_format"), "response_format", "url", "b64_json")
                .equals("b64_json");
        JsonNode format = take(body, "output_format");
        JsonNode stream = take(body, "stream");
        if (!stream.isMissingNode() && !(stream.isBoolean() && !stream.booleanValue())) {
            throw new InvalidRequestException("Leave stream out, or send false: an image is answered whole.", "stream");
        }
        take(body, "partial_images");
        // Names the end user to the provider, and does not change the image.
        JsonNode user = take(body, "user");
        if (!user.isMissingNode() && !user.isTextual()) {
            throw new InvalidRequestException("Write user as text, or leave it out.", "user");
        }
        JsonNode size = body.path("size");
        if (!size.isMissingNode() && !size.isTextual()) {
            throw new InvalidRequestException("Write size as text, such as \"1024x1024\".", "size");
        }
        TemplateId template = new TemplateId(models.getOrDefault(model, model));
        TemplateData data = TemplateData.of(body.put("prompt", prompt).toString());
        ImageFormat imageFormat = format.isMissingNode()
                ? ImageFormat.PNG
                : ImageFormat.named(oneOf(format, "output_format", "png", "jpeg", "webp"));
        List<ImageRequest> images = new ArrayList<>(count);
        for (int variant = 0; variant < count; variant++) {
            images.add(new ImageRequest(template, data, imageFormat, variant));
        }
        return new OpenAiRequest(List.copyOf(images), inline);
    }

    /** The whole body, read as strictly as every request's data, without the members that are null. */
    private static ObjectNode object(byte[] utf8) {
        try {
            String text = ImageRequestReader.decode(utf8);
            ObjectNode body = (ObjectNode) JSON.readTree(TemplateData.of(text).json());
            body.properties().removeIf(member -> member.getValue().isNull());
            return body;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Canonical JSON is always JSON", e);
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException(e.detail(), "body");
        }
    }

    private static JsonNode take(ObjectNode body, String name) {
        JsonNode value = body.path(name);
        body.remove(name);
        return value;
    }

    private static String text(ObjectNode body, String name, String detail) {
        JsonNode value = take(body, name);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new InvalidRequestException(detail, name);
        }
        return value.textValue();
    }

    private static int count(JsonNode value) {
        Predicate<JsonNode> allowed = n -> n.canConvertToExactIntegral()
                && n.canConvertToInt()
                && n.intValue() >= 1
                && n.intValue() <= MOST_IMAGES;
        if (value.isMissingNode()) {
            return 1;
        }
        if (!allowed.test(value)) {
            throw new InvalidRequestException("Let n be a whole number from 1 to " + MOST_IMAGES + ".", "n");
        }
        return value.intValue();
    }

    /** The value, which must be one of the words; the first word where there is no value. */
    private static String oneOf(JsonNode value, String name, String... words) {
        if (value.isMissingNode()) {
            return words[0];
        }
        if (!value.isTextual() || !List.of(words).contains(value.textValue())) {
            throw new InvalidRequestException("Let " + name + " be one of " + String.join(", ", words) + ".", name);
        }
        return value.textValue();
    }
}

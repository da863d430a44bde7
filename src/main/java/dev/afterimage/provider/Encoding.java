package dev.afterimage.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** How a body is written. Of a form's fields, a text stands as it is and everything else as JSON. */
enum Encoding {
    JSON,
    /** {@code application/x-www-form-urlencoded} */
    FORM,
    /** {@code multipart/form-data} (RFC 7578) */
    MULTIPART;

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    /**
     * A body, ready to be sent.
     *
     * @param content as UTF-8 bytes would hold it
     */
    record Content(String type, String content) {}

    Content write(JsonNode body) {
        return switch (this) {
            case JSON -> new Content("application/json", json(body));
            case FORM ->
                new Content(
                        "application/x-www-form-urlencoded",
                        body.properties().stream()
                                .map(field -> encoded(field.getKey()) + "=" + encoded(text(field.getValue())))
                                .collect(Collectors.joining("&")));
            case MULTIPART -> multipart(body);
        };
    }

    private static Content multipart(JsonNode body) {
        List<String> parts = new ArrayList<>();
        body.properties()
                .forEach(field -> parts.add("Content-Disposition: form-data; name=\"" + quoted(field.getKey())
                        + "\"\r\n\r\n" + text(field.getValue()) + "\r\n"));
        String boundary = boundary(parts);
        String content =
                parts.stream().map(part -> "--" + boundary + "\r\n" + part).collect(Collectors.joining()) + "--"
                        + boundary + "--\r\n";
        return new Content("multipart/form-data; boundary=" + boundary, content);
    }

    /** Made from the content, so that whoever knows the boundary of one content can't write it into another. */
    private static String boundary(List<String> parts) {
        String boundary = UUID.nameUUIDFromBytes(String.join("\n", parts).getBytes(StandardCharsets.UTF_8))
                .toString();
        return "afterimage-" + boundary;
    }

    private static String quoted(String name) {
        return name.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : json(value);
    }

    private static String json(JsonNode value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read can be written", e);
        }
    }
}

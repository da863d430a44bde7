package dev.afterimage.provider.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call as it arrives.
 *
 * @param target path and query
 * @param headers with names in lower case
 */
public record ZooCall(String method, String host, String target, Map<String, String> headers, String body) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PART =
            Pattern.compile("Content-Disposition: form-data; name=\"([^\"]*)\"\r\n\r\n(.*?)\r\n--", Pattern.DOTALL);

    boolean isPost(String url) {
        return method.equals("POST") && url.equals("https://" + host + target);
    }

    boolean isGet() {
        return method.equals("GET");
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean isJson() {
        return header("content-type").equals("application/json");
    }

    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException noJson) {
            throw new IllegalArgumentException("no JSON arrived", noJson);
        }
    }

    /** The fields of a form, in either encoding. */
    Map<String, String> form() {
        Map<String, String> fields = new HashMap<>();
        String type = header("content-type");
        if (type.startsWith("multipart/form-data; boundary=")) {
            Matcher part = PART.matcher(body);
            while (part.find()) {
                fields.put(part.group(1), part.group(2));
            }
        } else if (type.equals("application/x-www-form-urlencoded")) {
            for (String field : body.split("&")) {
                String[] pair = field.split("=", 2);
                fields.put(decoded(pair[0]), decoded(pair[1]));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}

package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.image.ImageFormat;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image API, as its document describes it ({@code providers/provider.schema.json} says what each property means).
 *
 * @param url where it is called; empty when it must be configured
 * @param headers the headers, with a placeholder for the API key
 * @param body the body, with its placeholders; a missing node for a call without a body
 * @param unlessPng what is merged into the body for another format than png
 * @param each what {@code {each}} in the body becomes: one entry for each property of the data
 * @param formats the API's words for the formats that it offers
 * @param target the API's own template or model name, unless the configuration has another
 * @param result where in the JSON answer the image is; empty when the answer is the image
 * @param pick which of several images there counts
 * @param hosts the hosts from which its images may be fetched, besides its own
 * @param seed where in the body the variant goes, when it is above 0
 * @param refused paths in the data that a request may not use, because they would order more images, stream the answer or
 *     send it elsewhere; null, false and numbers from 0 to 1 are allowed there
 * @param needs the properties that the data must have, because body, URL or a header has a placeholder for them
 */
record Description(
        String name,
        Optional<Text> url,
        String method,
        Map<String, Text> headers,
        Encoding encoding,
        JsonNode body,
        Optional<JsonNode> unlessPng,
        Optional<Each> each,
        Map<ImageFormat, String> formats,
        Optional<String> target,
        List<JsonPath> result,
        Pick pick,
        List<String> hosts,
        Limits limits,
        Cost cost,
        Optional<Job> job,
        List<ErrorRule> errors,
        Waits waits,
        Optional<String> idempotencyHeader,
        Optional<String> sigv4Service,
        Optional<JsonPath> seed,
        List<JsonPath> refused,
        Set<JsonPath> needs) {

    /** What an answer without an image means; docs/providers.md says what follows from each. */
    enum Meaning {
        THROTTLED,
        OUT_OF_CREDITS,
        REJECTED,
        TEMPLATE_REJECTED,
        MODERATED,
        ACCESS_REFUSED,
        UNUSABLE,
        UNKNOWN,
        UNAVAILABLE
    }

    /** Which of several images in an answer counts. Some APIs put drafts before the image. */
    enum Pick {
        FIRST,
        LAST
    }

    /** The limits that the API documents; the configuration may have others. */
    record Limits(Optional<Rate> rate, OptionalInt concurrency, Optional<Duration> timeout) {}

    /**
     * The API's rate: {@code calls} in any window of length {@code window}.
     *
     * @param header the header in which each answer says how many calls a window may hold
     */
    record Rate(int calls, Duration window, Optional<String> header) {}

    /**
     * What {@code {each}} in the body becomes: one entry for each property of the data.
     *
     * @param array whether the entries become an array; else an object by name
     * @param text the form of an entry, with the placeholders {@code {name}} and {@code {value}}
     * @param url the form of an entry whose value is an http(s) URL
     */
    record Each(boolean array, JsonNode text, JsonNode url) {}

    /**
     * What an image costs, in the API's own unit.
     *
     * @param fixed the cost where neither the answer nor the data says it
     * @param inAnswer where the answer has the cost as a number; a number out of range is ignored, because the image is paid
     *     for
     * @param inData where the data has the cost as a number; a request with a number out of range is refused
     */
    record Cost(double fixed, Optional<JsonPath> inAnswer, Optional<JsonPath> inData) {}

    /**
     * How to get the image from an API that makes it in a job, after its first answer.
     *
     * @param poll the URL, with placeholders that point into the answer, such as {@code {/polling_url}}
     * @param every the time between two polls
     * @param pollHosts the hosts that a poll URL may have, besides the API's own
     * @param result the URL of the result, if it is not in the poll's answer
     * @param pollsCount whether each poll counts against the rate
     * @param webhook what is merged into the body where webhooks are on; {@code {webhook}} is the address
     */
    record Job(
            Text poll,
            Duration every,
            JsonPath status,
            List<String> done,
            List<String> failed,
            List<String> moderated,
            List<String> pollHosts,
            Optional<Text> result,
            boolean pollsCount,
            Optional<JsonNode> webhook) {}

    /**
     * A rule that gives an answer a meaning. All its conditions must hold.
     *
     * @param status the status is one of these; any when empty
     * @param at where {@code text} is looked for; the whole body when empty
     * @param text one of these is found, whatever its case; anything when empty
     * @param waitOver the answer's {@code resetAt} is further away than this; any answer when empty
     * @param reason where the provider says why
     */
    record ErrorRule(
            List<Integer> status,
            List<JsonPath> at,
            List<String> text,
            Optional<Duration> waitOver,
            Meaning means,
            List<JsonPath> reason) {}

    /**
     * How long the API asks to wait. The first of these that is there counts: the headers, the pointers, the ban, the usual
     * places ({@link RetryAfterParser}).
     *
     * @param ban how long the API refuses everything after too many calls; empty when it does not
     */
    record Waits(List<String> headers, List<JsonPath> pointers, Optional<Duration> ban) {

        static final Waits USUAL = new Waits(List.of(), List.of(), Optional.empty());
    }

    /**
     * How a body is written. In a form, a text is written as it is, any other value as JSON, and a property that is null not
     * at all, because a form has no null.
     */
    enum Encoding {
        JSON,
        /** {@code application/x-www-form-urlencoded} */
        FORM,
        /** {@code multipart/form-data} (RFC 7578) */
        MULTIPART;

        /**
         * A body, ready to be sent.
         *
         * @param content the text, which is sent as UTF-8
         */
        record Content(String type, String content) {}

        Content write(JsonNode body) {
            return switch (this) {
                case JSON -> new Content("application/json", body.toString());
                case FORM ->
                    new Content(
                            "application/x-www-form-urlencoded",
                            fields(body)
                                    .map(field -> encoded(field.getKey()) + "=" + encoded(text(field.getValue())))
                                    .collect(Collectors.joining("&")));
                case MULTIPART -> multipart(body);
            };
        }

        private static Stream<Map.Entry<String, JsonNode>> fields(JsonNode body) {
            return body.properties().stream().filter(field -> !field.getValue().isNull());
        }

        private static Content multipart(JsonNode body) {
            List<String> parts = new ArrayList<>();
            fields(body)
                    .forEach(field -> parts.add("Content-Disposition: form-data; name=\"" + quoted(field.getKey())
                            + "\"\r\n\r\n" + text(field.getValue()) + "\r\n"));
            String boundary = boundary(parts);
            String content =
                    parts.stream().map(part -> "--" + boundary + "\r\n" + part).collect(Collectors.joining()) + "--"
                            + boundary + "--\r\n";
            return new Content("multipart/form-data; boundary=" + boundary, content);
        }

        /** A boundary made from the content, so that nobody can put the boundary into the content. */
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
            return value.isTextual() ? value.textValue() : value.toString();
        }
    }
}

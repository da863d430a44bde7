package dev.afterimage.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.provider.AddressGuard.AllowedHosts;
import dev.afterimage.provider.Description.Cost;
import dev.afterimage.provider.Description.Each;
import dev.afterimage.provider.Description.Encoding;
import dev.afterimage.provider.Description.ErrorRule;
import dev.afterimage.provider.Description.Job;
import dev.afterimage.provider.Description.Limits;
import dev.afterimage.provider.Description.Meaning;
import dev.afterimage.provider.Description.Pick;
import dev.afterimage.provider.Description.Rate;
import dev.afterimage.provider.Description.Waits;
import dev.afterimage.provider.Text.Placeholder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Compiles the document that describes an API. For a mistake it throws an {@link IllegalArgumentException} that names the
 * JSON pointer and says what is expected there.
 */
final class DescriptionCompiler {

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private static final String PROPERTIES =
            "$schema name comment url method headers encoding body bodyUnlessPng each formats target result pick hosts"
                    + " timeout rate concurrency cost job errors waits idempotency seed refused auth";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]+");
    private static final Set<String> METHODS = Set.of("POST", "PUT", "GET");

    /** The placeholders that a request fills anywhere in URL and body, for messages. */
    private static final String REQUEST_PLACEHOLDERS = "template, format, variant, target, key and data/pointer";
    /** Those of them with a fixed name, but for the target, whose use {@link #isTarget} notes. */
    private static final Set<String> FIXED_PLACEHOLDERS = Set.of("template", "format", "key", "variant");
    /** The property of a body that merges an object of the data into it. */
    static final String MERGE_PROPERTY = "...";

    private final DescriptionNode document;
    private final Set<JsonPath> needs = new HashSet<>();
    private boolean usesTarget;
    private boolean usesEach;

    private DescriptionCompiler(DescriptionNode document) {
        this.document = document;
    }

    /**
     * Compiles a document.
     *
     * @param target in place of the document's own
     * @param cost in place of the document's own
     * @throws IllegalArgumentException when it is no JSON, or describes no API
     */
    static Description compile(byte[] document, Optional<String> target, OptionalDouble cost) {
        try {
            JsonNode json = JSON.readTree(document);
            if (json instanceof ObjectNode object) {
                target.ifPresent(own -> retarget(object, own));
                cost.ifPresent(own -> object.put("cost", own));
            }
            return new DescriptionCompiler(new DescriptionNode(json, "")).description();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The description of the provider is no JSON: " + e.getOriginalMessage() + " (line "
                            + e.getLocation().getLineNr() + ")",
                    e);
        } catch (java.io.IOException unreadable) {
            throw new IllegalArgumentException("The description of the provider cannot be read.", unreadable);
        }
    }

    private static void retarget(ObjectNode document, String target) {
        if (!document.has("target")) {
            for (String place : List.of("url", "body", "bodyUnlessPng")) {
                Optional.ofNullable(document.get(place)).ifPresent(json -> document.set(place, withTarget(json)));
            }
        }
        document.put("target", target);
    }

    private static JsonNode withTarget(JsonNode json) {
        try {
            return JSON.readTree(json.toString().replace("{template}", "{target}"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was written can be read", e);
        }
    }

    private Description description() {
        refuseSeveralCalls();
        document.object(PROPERTIES);
        Optional<Each> each = document.get("each").map(this::each);
        Optional<Text> url = document.get("url").map(this::url);
        JsonNode body = document.get("body").map(this::body).orElse(MissingNode.getInstance());
        Optional<JsonNode> unlessPng = document.get("bodyUnlessPng").map(this::unlessPng);
        Map<String, Text> headers = headers();
        Description described = new Description(
                name(),
                url,
                method(),
                headers,
                document.get("encoding")
                        .map(place -> place.word(Encoding.class))
                        .orElse(Encoding.JSON),
                body,
                unlessPng,
                each,
                document.get("formats").map(this::formats).orElseGet(DescriptionCompiler::everyFormat),
                document.get("target").map(DescriptionNode::text),
                result(),
                document.get("pick").map(place -> place.word(Pick.class)).orElse(Pick.FIRST),
                document.list("hosts", DescriptionCompiler::host),
                limits(),
                document.get("cost").map(this::cost).orElse(new Cost(1, Optional.empty(), Optional.empty())),
                document.get("job").map(this::job),
                document.list("errors", DescriptionCompiler::rule),
                document.get("waits").map(DescriptionCompiler::waits).orElse(Waits.USUAL),
                document.get("idempotency")
                        .map(place -> headerName(place.object("header").required("header"))),
                document.get("auth")
                        .map(place -> place.object("sigv4").required("sigv4").text()),
                document.get("seed").map(DescriptionCompiler::seed),
                document.list("refused", DescriptionNode::path),
                Set.copyOf(needs));
        check(described);
        return described;
    }

    /**
     * Refuses APIs that need several calls for an image: only for a single call is it clear what it costs and when it
     * may be repeated.
     */
    private void refuseSeveralCalls() {
        for (String several : List.of("steps", "calls", "then", "upload")) {
            document.object().get(several).ifPresent(place -> {
                throw place.mistake(
                        "an image is one billed call; an API that needs two of them for one image can't be described");
            });
        }
    }

    private void check(Description described) {
        if (described.method().equals("GET") != described.body().isMissingNode()) {
            throw document.mistake("a body is sent with POST and PUT, and with nothing else");
        }
        if (described.encoding() != Encoding.JSON && !described.body().isObject()) {
            throw document.required("body").mistake("a form is made from an object");
        }
        if (described.seed().isPresent() && !described.body().isObject()) {
            throw document.required("seed").mistake("it is written into a body that is an object, and there is none");
        }
        if (described.each().isPresent() != usesEach) {
            throw document.mistake("\"each\" and a body with \"{each}\" belong together");
        }
        if (described.target().isPresent() && !usesTarget) {
            throw document.required("target")
                    .mistake("neither url, headers, body nor job has the placeholder {target}");
        }
    }

    private String name() {
        DescriptionNode place = document.required("name");
        if (!NAME.matcher(place.text()).matches()) {
            throw place.mistake("a name of lower-case letters and digits is expected, with single hyphens between");
        }
        return place.text();
    }

    private String method() {
        Optional<DescriptionNode> place = document.get("method");
        place.filter(given -> !METHODS.contains(given.text())).ifPresent(given -> {
            throw given.mistake("one of these is expected: POST, PUT, GET");
        });
        return place.map(DescriptionNode::text).orElse("POST");
    }

    private Text url(DescriptionNode place) {
        Text url = requestText(place);
        String beginning = url.beginning().toLowerCase(Locale.ROOT);
        // Where a placeholder follows, only a slash says that the host has ended.
        String afterHost = url.placeholders().isEmpty() ? "(/.*)?" : "/.*";
        if (!beginning.matches("https?://[^/?#@{}]+" + afterHost)) {
            throw place.mistake(
                    "an https URL is expected whose host is written out; a slash must stand between the host and"
                            + " the first placeholder");
        }
        return url;
    }

    private Map<String, Text> headers() {
        Map<String, Text> headers = new LinkedHashMap<>();
        document.get("headers")
                .map(DescriptionNode::properties)
                .orElse(List.of())
                .forEach(place -> {
                    if (!HEADER.matcher(place.name()).matches()) {
                        throw place.mistake("this is no header's name");
                    }
                    if (!HEADER_VALUE.matcher(place.text()).matches()) {
                        throw place.mistake("a header holds printable ASCII only");
                    }
                    headers.put(
                            place.name(),
                            Text.of(
                                    place,
                                    placeholder ->
                                            Set.of("apiKey", "user", "key").contains(placeholder.name())
                                                    || isTarget(placeholder),
                                    "apiKey, user, key and target"));
                });
        return headers;
    }

    private static String headerName(DescriptionNode place) {
        if (!HEADER.matcher(place.text()).matches()) {
            throw place.mistake("a header's name is expected");
        }
        return place.text();
    }

    private Text requestText(DescriptionNode place) {
        return Text.of(place, this::isOfRequest, REQUEST_PLACEHOLDERS);
    }

    /** Whether a request fills this placeholder. Notes which properties of the data are needed, and whether the target is. */
    private boolean isOfRequest(Placeholder placeholder) {
        placeholder.inData().ifPresent(needs::add);
        return isTarget(placeholder)
                || FIXED_PLACEHOLDERS.contains(placeholder.name())
                || placeholder.inData().isPresent();
    }

    /** Whether this is the target, whose use it notes. */
    private boolean isTarget(Placeholder placeholder) {
        boolean target = placeholder.name().equals("target");
        usesTarget |= target;
        return target;
    }

    private JsonNode body(DescriptionNode place) {
        checkBody(place, true);
        return place.json();
    }

    private JsonNode unlessPng(DescriptionNode place) {
        checkBody(place.object(), false);
        return mergedIntoBody(place);
    }

    private JsonNode mergedIntoBody(DescriptionNode place) {
        if (!document.required("body").json().isObject()) {
            throw place.mistake("it is merged into a body that is an object");
        }
        return place.json();
    }

    private void checkBody(DescriptionNode place, boolean mayMerge) {
        if (place.json().isObject()) {
            for (DescriptionNode property : place.properties()) {
                if (property.name().equals(MERGE_PROPERTY)) {
                    checkMerge(property, mayMerge);
                } else {
                    checkBody(property, mayMerge);
                }
            }
        } else if (place.json().isArray()) {
            if (!place.json().isEmpty()) {
                place.list().forEach(entry -> checkBody(entry, mayMerge));
            }
        } else if (place.json().isTextual() && !place.json().textValue().isBlank()) {
            checkText(place);
        }
    }

    private void checkMerge(DescriptionNode place, boolean mayMerge) {
        Optional<Placeholder> placeholder = bodyText(place).alone();
        boolean isOfData = placeholder
                .filter(alone -> alone.name().equals("data") || alone.inData().isPresent())
                .isPresent();
        if (!isOfData || !mayMerge) {
            throw place.mistake("\"" + MERGE_PROPERTY + "\" merges an object of the data: write \"{data}\"");
        }
    }

    private void checkText(DescriptionNode place) {
        Text text = bodyText(place);
        boolean hasJson = text.placeholders().stream()
                .anyMatch(placeholder ->
                        placeholder.name().equals("data") || placeholder.name().equals("each"));
        if (hasJson && text.alone().isEmpty()) {
            throw place.mistake("{data} and {each} stand alone, because they are no text");
        }
    }

    private Text bodyText(DescriptionNode place) {
        return Text.of(
                place,
                placeholder -> {
                    usesEach |= placeholder.name().equals("each");
                    return isOfRequest(placeholder) || Set.of("data", "each").contains(placeholder.name());
                },
                REQUEST_PLACEHOLDERS + ", data and each");
    }

    private Each each(DescriptionNode place) {
        place.object("into text url");
        DescriptionNode into = place.required("into");
        if (!Set.of("array", "object").contains(into.text())) {
            throw into.mistake("array or object is expected");
        }
        boolean array = into.text().equals("array");
        JsonNode text = eachForm(place.required("text"), array);
        return new Each(
                array, text, place.get("url").map(form -> eachForm(form, array)).orElse(text));
    }

    private static JsonNode eachForm(DescriptionNode place, boolean array) {
        Predicate<Placeholder> known = placeholder -> Set.of("name", "value").contains(placeholder.name());
        List<DescriptionNode> places = array || place.json().isObject() ? place.properties() : List.of(place);
        places.stream().filter(entry -> entry.json().isTextual()).forEach(entry -> {
            Text text = Text.of(entry, known, "name and value");
            if (text.alone().isEmpty()
                    && text.placeholders().stream()
                            .anyMatch(placeholder -> placeholder.name().equals("value"))) {
                throw entry.mistake("{value} stands alone, because it may be a number or an array");
            }
        });
        return place.json();
    }

    private Map<ImageFormat, String> formats(DescriptionNode place) {
        Map<ImageFormat, String> formats = new EnumMap<>(ImageFormat.class);
        for (DescriptionNode word : place.properties()) {
            ImageFormat format = Arrays.stream(ImageFormat.values())
                    .filter(one -> one.word().equals(word.name()))
                    .findFirst()
                    .orElseThrow(() -> word.mistake("png, jpeg, webp or gif is expected"));
            formats.put(format, word.text());
        }
        if (formats.isEmpty()) {
            throw place.mistake("at least one format is expected");
        }
        return formats;
    }

    private static Map<ImageFormat, String> everyFormat() {
        Map<ImageFormat, String> formats = new EnumMap<>(ImageFormat.class);
        Arrays.stream(ImageFormat.values()).forEach(format -> formats.put(format, format.word()));
        return formats;
    }

    private List<JsonPath> result() {
        DescriptionNode place = document.required("result");
        return place.json().isTextual() && place.json().textValue().equals("bytes")
                ? List.of()
                : place.list(DescriptionNode::path);
    }

    private static String host(DescriptionNode place) {
        try {
            AllowedHosts.of(List.of(place.text()));
            return place.text();
        } catch (IllegalArgumentException noHost) {
            throw place.mistake("a host is expected, such as cdn.example.com or *.example.com");
        }
    }

    private Limits limits() {
        Optional<Rate> rate = document.get("rate")
                .map(place -> place.object("calls window header"))
                .map(place -> new Rate(
                        place.required("calls").count(),
                        place.required("window").duration(),
                        place.get("header").map(DescriptionCompiler::headerName)));
        Optional<Integer> concurrency = document.get("concurrency").map(DescriptionNode::count);
        return new Limits(
                rate,
                concurrency.map(OptionalInt::of).orElse(OptionalInt.empty()),
                document.get("timeout").map(DescriptionNode::duration));
    }

    private Cost cost(DescriptionNode place) {
        if (place.json().isNumber()) {
            return new Cost(amount(place), Optional.empty(), Optional.empty());
        }
        place.object("answer data otherwise");
        Optional<JsonPath> inAnswer = place.get("answer").map(DescriptionNode::path);
        Optional<JsonPath> inData = place.get("data").map(DescriptionNode::path);
        if (inAnswer.isPresent() == inData.isPresent()) {
            throw place.mistake("a number is expected, or a pointer into either \"answer\" or \"data\"");
        }
        return new Cost(amount(place.required("otherwise")), inAnswer, inData);
    }

    private static double amount(DescriptionNode place) {
        double amount = place.json().asDouble(-1);
        if (!place.json().isNumber() || !(amount >= 0) || Double.isInfinite(amount)) {
            throw place.mistake("a number of at least 0 is expected");
        }
        return amount;
    }

    private Job job(DescriptionNode place) {
        place.object("poll every status done failed moderated pollHosts result pollsCount webhook");
        return new Job(
                answerUrl(place.required("poll")),
                place.required("every").duration(),
                place.required("status").path(),
                place.required("done").list(DescriptionNode::text),
                place.list("failed", DescriptionNode::text),
                place.list("moderated", DescriptionNode::text),
                place.list("pollHosts", DescriptionCompiler::host),
                place.get("result").map(this::answerUrl),
                place.get("pollsCount").map(DescriptionNode::flag).orElse(false),
                place.get("webhook").map(this::webhook));
    }

    private JsonNode webhook(DescriptionNode place) {
        JsonNode merged = mergedIntoBody(place);
        long addresses = place.properties().stream()
                .flatMap(property -> property.list().stream())
                .map(entry -> Text.of(entry, placeholder -> placeholder.name().equals("webhook"), "webhook"))
                .filter(text -> !text.placeholders().isEmpty())
                .count();
        if (addresses != 1) {
            throw place.mistake("\"{webhook}\" is expected once: the address that the API is to tell");
        }
        return merged;
    }

    private Text answerUrl(DescriptionNode place) {
        Text url = Text.of(
                place,
                placeholder -> placeholder.name().startsWith("/") || isTarget(placeholder),
                "pointers into the answer, and target");
        boolean isPointer = url.beginning().isEmpty() && url.parts().size() == 1;
        if (!isPointer && !url.beginning().matches("https://[^/?#@]+/.*")) {
            throw place.mistake(
                    "a pointer to a URL is expected, such as {/polling_url}, or an https URL with pointers");
        }
        return url;
    }

    private static ErrorRule rule(DescriptionNode place) {
        place.object("status pointer text waitOver means reason");
        if (!place.has("status") && !place.has("pointer") && !place.has("text")) {
            throw place.mistake("a status, a pointer or a text is expected, else it holds for every answer");
        }
        return new ErrorRule(
                place.list("status", DescriptionCompiler::status),
                place.list("pointer", DescriptionNode::path),
                place.list("text", text -> text.text().toLowerCase(Locale.ROOT)),
                place.get("waitOver").map(DescriptionNode::duration),
                place.required("means").word(Meaning.class),
                place.list("reason", DescriptionNode::path));
    }

    private static int status(DescriptionNode place) {
        if (place.count() < 200 || place.count() > 599) {
            throw place.mistake("a status between 200 and 599 is expected");
        }
        return place.count();
    }

    private static Waits waits(DescriptionNode place) {
        place.object("headers pointers ban");
        return new Waits(
                place.list("headers", DescriptionCompiler::headerName),
                place.list("pointers", DescriptionNode::path),
                place.get("ban").map(DescriptionNode::duration));
    }

    private static JsonPath seed(DescriptionNode place) {
        JsonPath path = place.path();
        if (path.steps().contains("*")) {
            throw place.mistake("a JSON pointer to one property of the body is expected, such as /seed");
        }
        return path;
    }
}

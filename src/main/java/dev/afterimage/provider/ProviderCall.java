package dev.afterimage.provider;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.provider.ApiKeys.ApiKey;
import dev.afterimage.provider.DescribedProvider.CallSigner;
import dev.afterimage.provider.Description.Encoding;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the HTTP call for a request, from an API's description and the configuration. */
final class ProviderCall {

    private static final Pattern BASIC = Pattern.compile("basic\\((.*)\\)");
    private static final String MASKED = "****";

    /** The highest cost of an image, in the API's own unit. A month's sum of higher ones might not fit its counter. */
    private static final long MOST_COST = 1_000_000_000;

    private final Description description;
    private final ApiSettings settings;
    private final ApiKeys keys;
    private final CallSigner signer;
    private final Text url;
    private final Destination base;
    /** The API's own template or model name, as it was configured or described; empty where there is none. */
    private final String target;
    /** The same, encoded for a URL. */
    private final String encodedTarget;

    ProviderCall(Description description, ApiSettings settings, ApiKeys keys, CallSigner signer) {
        this.description = description;
        this.settings = settings;
        this.keys = keys;
        this.signer = signer;
        this.url = urlOf(description, settings);
        this.base = Destination.ofOperator(URI.create(url.beginning()));
        this.target = settings.target().or(description::target).orElse("");
        this.encodedTarget =
                Arrays.stream(target.split("/")).map(Destination::segment).collect(Collectors.joining("/"));
        checkSettings();
    }

    /** The described URL. A configured one replaces its part before the first placeholder. */
    private static Text urlOf(Description description, ApiSettings settings) {
        Optional<String> configured = settings.url().map(URI::toString);
        if (description.url().isEmpty()) {
            return Text.literal(configured.orElseThrow(() -> new IllegalArgumentException(
                    "Set afterimage.provider.url (or that of afterimage.providers.\"…\") to the endpoint that makes images; kind "
                            + description.name() + " needs it.")));
        }
        Text described = description.url().get();
        String beginning = configured.orElse(described.beginning());
        boolean lacksSlash = described.beginning().endsWith("/") && !beginning.endsWith("/");
        return described.withBeginning(lacksSlash ? beginning + "/" : beginning);
    }

    private void checkSettings() {
        if (settings.target().isPresent() && description.target().isEmpty()) {
            throw new IllegalArgumentException(
                    "Remove the target (afterimage.provider.target, or that of afterimage.providers.\"…\"): kind "
                            + description.name() + " has no use for it.");
        }
        if (isInHeader(description, "{target}") && !target.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("Write the target \"" + target
                    + "\" (afterimage.provider.target, or that of afterimage.providers.\"…\" or of a template) in printable"
                    + " ASCII: kind "
                    + description.name() + " sends it in a header.");
        }
        if (isInHeader(description, "{user}") && settings.user().isEmpty()) {
            throw new IllegalArgumentException("Set the user (afterimage.provider.user, or that of"
                    + " afterimage.providers.\"…\" or of an account) to the account's name or id; kind "
                    + description.name() + " sends it with the API key.");
        }
    }

    private static boolean isInHeader(Description description, String placeholder) {
        return description.headers().values().stream()
                .anyMatch(header -> header.toString().contains(placeholder));
    }

    /**
     * The identity of the API, which is part of every key: method, URL and body as described, with only the target filled
     * in. Where the target is sent in a header and nowhere else, it is added after the URL.
     */
    static ProviderIdentity identity(Description description, ApiSettings settings) {
        String target = settings.target().or(description::target).orElse("{target}");
        String each = description
                .each()
                .map(forms ->
                        "{\"array\":" + forms.array() + ",\"text\":" + forms.text() + ",\"url\":" + forms.url() + "}")
                .orElse("");
        String body =
                description.body().isMissingNode() ? "null" : description.body().toString();
        String url = urlOf(description, settings).toString();
        boolean onlyInHeader = !(url + body).contains("{target}") && isInHeader(description, "{target}");
        return ProviderIdentity.described(
                description.name(),
                description.method(),
                (onlyInHeader ? url + " {target}" : url).replace("{target}", target),
                body.replace("\"{each}\"", each)
                        .replace(
                                "{target}",
                                String.valueOf(JsonStringEncoder.getInstance().quoteAsString(target))));
    }

    /** Where the API is called: the URL before its first placeholder. */
    URI url() {
        return URI.create(url.beginning());
    }

    Destination destination() {
        return base;
    }

    /** The target as a URL has it. */
    String encodedTarget() {
        return encodedTarget;
    }

    /**
     * The call that asks for an image.
     *
     * @param idempotencyKey the idempotency key of the purchase
     * @param webhook the URL that the API may call when its job has ended
     * @throws RejectedException when the request lacks what the API needs, or has what is refused; nothing was sent
     */
    HttpCall of(
            ImageRequest request, String idempotencyKey, Optional<String> webhook, long maxBytes, Duration timeout) {
        RequestValues values = values(request, idempotencyKey, webhook);
        values.requireNothingAt(description.refused());
        String filled = values.fill(url, Destination::segment);
        Map<String, String> headers = headers(idempotencyKey);
        description.idempotencyHeader().ifPresent(name -> headers.put(name, idempotencyKey));
        Optional<Encoding.Content> content = content(values, request, webhook.isPresent());
        content.ifPresent(body -> headers.put("Content-Type", body.type()));
        HttpCall call = new HttpCall(
                description.method(),
                base.withTarget(Destination.targetOf(URI.create(filled))),
                headers,
                content.map(Encoding.Content::content),
                Purpose.PURCHASE,
                maxBytes,
                timeout);
        return description
                .sigv4Service()
                .map(service -> signed(call, service, URI.create(filled)))
                .orElse(call);
    }

    private HttpCall signed(HttpCall call, String service, URI whole) {
        Map<String, String> headers = signer.sign(
                service, call.method(), whole, call.headers(), call.bytes().orElse(new byte[0]));
        return new HttpCall(
                call.method(), call.to(), headers, call.body(), Purpose.PURCHASE, call.maxBytes(), call.timeout());
    }

    private RequestValues values(ImageRequest request, String idempotencyKey, Optional<String> webhook) {
        String format = Optional.ofNullable(description.formats().get(request.format()))
                .orElseThrow(() -> new RejectedException(
                        Reason.DATA,
                        "The provider does not offer " + request.format().word() + ". Ask for one of: "
                                + description.formats().keySet().stream()
                                        .map(ImageFormat::word)
                                        .collect(Collectors.joining(", "))
                                + "."));
        return new RequestValues(
                request,
                Map.of(
                        "template",
                        request.template().value(),
                        "format",
                        format,
                        "variant",
                        Integer.toString(request.variant()),
                        "target",
                        target,
                        "key",
                        idempotencyKey,
                        "webhook",
                        webhook.orElse("")),
                description.each());
    }

    private Optional<Encoding.Content> content(RequestValues values, ImageRequest request, boolean webhook) {
        if (description.body().isMissingNode()) {
            return Optional.empty();
        }
        JsonNode body = values.fill(description.body());
        if (body instanceof ObjectNode object) {
            if (request.variant() > 0) {
                description.seed().ifPresent(place -> writeVariant(object, place.steps(), request.variant()));
            }
            Stream.concat(
                            description.unlessPng().filter(merged -> request.format() != ImageFormat.PNG).stream(),
                            description.job().flatMap(Description.Job::webhook).filter(merged -> webhook).stream())
                    .forEach(merged -> object.setAll((ObjectNode) values.fill(merged)));
        }
        return Optional.of(description.encoding().write(body));
    }

    private static void writeVariant(ObjectNode body, List<String> steps, int variant) {
        ObjectNode at = body;
        for (String step : steps.subList(0, steps.size() - 1)) {
            at = at.get(step) instanceof ObjectNode inner ? inner : at.putObject(step);
        }
        at.put(steps.getLast(), variant);
    }

    Map<String, String> headersOfPoll() {
        return headers("");
    }

    private Map<String, String> headers(String idempotencyKey) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Accept", description.result().isEmpty() ? "image/*" : "application/json, image/*");
        headers.put("User-Agent", "afterimage");
        Optional<ApiKey> key = keys.current();
        description.headers().forEach((name, value) -> {
            boolean needsKey = value.toString().contains("{apiKey}");
            if (!needsKey || key.isPresent()) {
                headers.put(name, basic(value.fill(placeholder -> switch (placeholder) {
                    case "apiKey" -> key.orElseThrow().value();
                    case "user" -> settings.user().orElseThrow();
                    case "target" -> target;
                    default -> idempotencyKey;
                })));
            }
        });
        return headers;
    }

    /** Encodes {@code basic(user:password)} as HTTP Basic (RFC 7617); any other value stays as it is. */
    private static String basic(String value) {
        Matcher basic = BASIC.matcher(value);
        return basic.matches()
                ? "Basic " + Base64.getEncoder().encodeToString(basic.group(1).getBytes(StandardCharsets.UTF_8))
                : value;
    }

    /** The cost of an image: from the answer or the data where the description points there, else the described number. */
    double cost(ImageRequest request, Optional<Answer> answer) {
        return cost(description.cost(), request, answer);
    }

    /**
     * What an image costs.
     *
     * @throws RejectedException when the data says a cost that cannot be counted
     */
    static double cost(Description.Cost cost, ImageRequest request, Optional<Answer> answer) {
        if (cost.inData().isPresent()) {
            return costInData(cost.inData().get(), request).orElse(cost.fixed());
        }
        return cost.inAnswer()
                .flatMap(path ->
                        answer.flatMap(whole -> ProviderJson.tree(whole.body())).flatMap(json -> amount(path, json)))
                .filter(ProviderCall::isCost)
                .orElse(cost.fixed());
    }

    private static Optional<Double> costInData(JsonPath path, ImageRequest request) {
        Optional<Double> cost = ProviderJson.tree(request.data().json().getBytes(StandardCharsets.UTF_8))
                .flatMap(json -> amount(path, json));
        if (cost.filter(amount -> !isCost(amount)).isPresent()) {
            throw new RejectedException(
                    Reason.DATA,
                    "The number at \"" + path
                            + "\" of the data sets what the image costs. Make it at least 0 and at most " + MOST_COST
                            + ".");
        }
        return cost;
    }

    /** The number at the path; empty where there is none. */
    private static Optional<Double> amount(JsonPath path, JsonNode json) {
        return path.in(json)
                .findFirst()
                .map(found -> found.asDouble(Double.NaN))
                .filter(amount -> !amount.isNaN());
    }

    private static boolean isCost(double amount) {
        return amount >= 0 && amount <= MOST_COST;
    }

    /** The call for a sample request as text for people, with the API key masked. */
    static String sample(Description description, ApiSettings settings) {
        ProviderCall masked = new ProviderCall(
                description,
                settings,
                () -> Optional.of(new ApiKey(MASKED)),
                (service, method, url, headers, body) -> headers);
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        description.needs().forEach(need -> data.put(String.valueOf(need.steps().getFirst()), "sample"));
        ImageFormat format = description.formats().keySet().iterator().next();
        ImageRequest request = new ImageRequest(
                new TemplateId("sample"),
                TemplateData.of(data.isEmpty() ? "{\"title\":\"sample\"}" : data.toString()),
                format);
        HttpCall call =
                masked.of(request, "sample-purchase", Optional.empty(), settings.maxBytes(), settings.timeout());
        StringBuilder shown = new StringBuilder(
                description.method() + " " + call.to() + call.to().target() + "\n");
        call.headers()
                .forEach((name, value) ->
                        shown.append(name).append(": ").append(value).append('\n'));
        return shown.append('\n').append(call.body().orElse("")).toString();
    }
}

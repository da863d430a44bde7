package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.MagicNumber;
import dev.afterimage.image.ProviderIdentity;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A provider of the plain contract: {@code POST {url}} with {@code {"template":…,"data":…}} and
 * {@code Authorization: Bearer}. It answers the picture's bytes, or JSON with its URL or its base64.
 *
 * <p>{@code "format"} is added to the body only for another format than png, because the contract doesn't have it: a
 * provider that is strict about properties works for png, and one that knows it serves the others.
 */
public final class JsonProvider implements ImageGenerator {

    private static final long JSON_AROUND_BASE64 = 64 * 1024;

    private final ProviderHttp http;
    private final ResultFetcher fetcher;
    private final ProviderConfig config;
    private final Clock clock;
    private final Destination destination;
    private final ApiKeys keys;

    /**
     * A provider at {@link ProviderConfig#url()}.
     *
     * @throws IllegalArgumentException when the configuration names no usable URL or key
     */
    public JsonProvider(ProviderHttp http, ResultFetcher fetcher, ProviderConfig config, ApiKeys keys, Clock clock) {
        this.http = http;
        this.fetcher = fetcher;
        this.config = config;
        this.clock = clock;
        this.destination = Destination.ofOperator(urlOf(config));
        this.keys = keys;
    }

    private static URI urlOf(ProviderConfig config) {
        return config.url()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Set afterimage.provider.url to the endpoint that draws pictures; kind json needs it."));
    }

    /**
     * The plain contract at the configured URL. The format that is added for others than png is not part of it: the format is
     * part of every key by itself.
     *
     * @throws IllegalArgumentException when the configuration names no URL
     */
    static ProviderIdentity identity(ProviderConfig config) {
        return ProviderIdentity.described(
                "json", "POST", urlOf(config).toString(), "{\"template\":\"{template}\",\"data\":\"{data}\"}");
    }

    private static Map<String, String> headers(Optional<ApiKey> apiKey) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, image/*");
        headers.put("User-Agent", "afterimage");
        apiKey.ifPresent(key -> headers.put("Authorization", "Bearer " + key.value()));
        return Map.copyOf(headers);
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Answer answer = http.exchange(
                HttpCall.post(destination, headers(keys.current()), bodyOf(request), longestAnswer(), config.timeout()),
                attempt.departure());
        if (!answer.isSuccess()) {
            throw AnswerTranslator.failure(answer, clock.instant());
        }
        return pictureIn(answer.body());
    }

    private GeneratedImage pictureIn(byte[] body) {
        if (MagicNumber.formatOf(body).isPresent()) {
            return Pictures.of(body, config.maxBytes());
        }
        Optional<JsonNode> json = ProviderJson.tree(body);
        Optional<PictureReference> reference = json.flatMap(PictureReference::in);
        if (reference.isEmpty()) {
            return Pictures.of(body, config.maxBytes());
        }
        return switch (reference.get()) {
            case PictureReference.Inline inline -> Pictures.of(inline.content(), config.maxBytes());
            case PictureReference.Link link -> fetcher.fetch(link.url());
        };
    }

    /** A template's name needs no escaping ({@link dev.afterimage.image.TemplateId}), and the data is JSON already. */
    private static String bodyOf(ImageRequest request) {
        String format = request.format() == ImageFormat.PNG
                ? ""
                : ",\"format\":\"" + request.format().word() + "\"";
        return "{\"template\":\"" + request.template().value() + "\",\"data\":"
                + request.data().json() + format + "}";
    }

    /** Base64 makes four characters of three bytes. */
    private long longestAnswer() {
        return config.maxBytes() / 3 * 4 + JSON_AROUND_BASE64;
    }
}

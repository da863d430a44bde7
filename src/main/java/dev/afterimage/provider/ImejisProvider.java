package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ProviderIdentity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Imejis' render API: {@code POST /v1/{template}?format=…} with the data as body and the key in {@code dma-api-key}; the
 * answer is the picture. Two of its failures mean something else than their status: a 429 whose {@code reason} is about
 * plan or credits is no rate limit, and a 404 "Key not found" is about the API key.
 */
public final class ImejisProvider implements ImageGenerator {

    private static final URI BASE = URI.create("https://render.imejis.io/v1/");
    private static final Pattern ABOUT_CREDITS = Pattern.compile("credit|quota|month|usage");

    private final ProviderHttp http;
    private final ProviderConfig config;
    private final Clock clock;
    private final Destination base;
    private final ApiKeys keys;

    /**
     * A provider at Imejis, or at {@link ProviderConfig#url()} in place of {@code https://render.imejis.io/v1}.
     *
     * @throws IllegalArgumentException when the configuration's URL or key is unusable
     */
    public ImejisProvider(ProviderHttp http, ProviderConfig config, ApiKeys keys, Clock clock) {
        this.http = http;
        this.config = config;
        this.clock = clock;
        this.base = Destination.ofOperator(config.url().orElse(BASE));
        this.keys = keys;
    }

    /** Imejis' API at its own or the configured URL, whether that ends with a slash or not. */
    static ProviderIdentity identity(ProviderConfig config) {
        String base = config.url().orElse(BASE).toString();
        String folder = base.endsWith("/") ? base : base + "/";
        return ProviderIdentity.described("imejis", "POST", folder + "{template}?format={format}", "\"{data}\"");
    }

    private static Map<String, String> headers(Optional<ApiKey> apiKey) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "image/*");
        headers.put("User-Agent", "afterimage");
        apiKey.ifPresent(key -> headers.put("dma-api-key", key.value()));
        return Map.copyOf(headers);
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Answer answer = http.exchange(
                HttpCall.post(
                        destinationOf(request),
                        headers(keys.current()),
                        request.data().json(),
                        config.maxBytes(),
                        config.timeout()),
                attempt.departure());
        if (!answer.isSuccess()) {
            throw failure(answer, clock.instant());
        }
        return Pictures.of(answer.body(), config.maxBytes());
    }

    private Destination destinationOf(ImageRequest request) {
        String path = base.target().endsWith("/") ? base.target() : base.target() + "/";
        return base.withTarget(path + request.template().value() + "?format="
                + request.format().word());
    }

    private static GenerationException failure(Answer answer, Instant now) {
        String reason = textOf(answer, "/reason", "/data/reason");
        if (answer.status() == 429 && reason.equals("no-plan")) {
            return new AccessRefusedException(
                    "The provider's account has no plan that renders. The operator must choose one.");
        }
        if (answer.status() == 429 && isAboutCredits(reason, answer, now)) {
            return AnswerTranslator.outOfCredits(answer, now);
        }
        if (answer.status() == 404 && isAboutKey(answer)) {
            return new AccessRefusedException(
                    "The provider does not know this service's API key. The operator must set afterimage.provider.api-key.");
        }
        return AnswerTranslator.failure(answer, now);
    }

    /** By its reason, or because it lasts longer than any rate limit does. */
    private static boolean isAboutCredits(String reason, Answer answer, Instant now) {
        return ABOUT_CREDITS.matcher(reason).find()
                || WaitHint.resetAt(answer, now)
                        .filter(now.plus(WaitHint.LONGEST)::isBefore)
                        .isPresent();
    }

    private static boolean isAboutKey(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8)
                .toLowerCase(Locale.ROOT)
                .contains("key not found");
    }

    private static String textOf(Answer answer, String... pointers) {
        Optional<JsonNode> json = ProviderJson.tree(answer.body());
        return json.flatMap(node -> ProviderJson.firstValue(node, pointers))
                .orElse("")
                .toLowerCase(Locale.ROOT);
    }
}

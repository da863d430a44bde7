package dev.afterimage.provider;

import dev.afterimage.generation.BudgetedGenerator.Price;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.image.TemplatesConfig.TemplateSettings;
import dev.afterimage.limit.Purchase;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/** The API that makes each template's images, as configured. */
public final class TemplateProviders {

    private final Choice main;
    private final Map<String, Choice> byTemplate = new HashMap<>();
    private final Map<String, String> accounts = new HashMap<>();
    private final Map<Choice, Description.Cost> costs = new HashMap<>();
    private final KeyScheme keys;

    /**
     * As configured.
     *
     * @throws IllegalArgumentException when there is no such API, its description is wrong, or the configuration lacks what it
     *     needs
     */
    public TemplateProviders(ProviderConfig config, ProvidersConfig others, TemplatesConfig templates) {
        this.main = new Choice(config, Optional.empty(), OptionalDouble.empty());
        Map<String, KeyScheme.Template> declared = new HashMap<>();
        templates.templates().forEach((name, settings) -> {
            Choice choice = choice(config, others, settings);
            byTemplate.put(name, choice);
            settings.provider()
                    .filter(other -> !choice.config().equals(config))
                    .ifPresent(other -> accounts.put(name, other));
            declared.put(name, new KeyScheme.Template(choice.identity(), defaults(name, settings)));
        });
        all().forEach(choice -> costs.computeIfAbsent(choice, Choice::cost));
        this.keys = new KeyScheme(main.identity(), declared, templates.templatesOnly());
    }

    private static Choice choice(ProviderConfig main, ProvidersConfig others, TemplateSettings settings) {
        Optional<ProvidersConfig.NamedProvider> other = settings.provider()
                .flatMap(name -> Optional.ofNullable(others.providers().get(name)));
        ProviderConfig config = settings.provider()
                .<ProviderConfig>map(name -> other.isEmpty() && name.equals(main.kind())
                        ? main
                        : new OtherProvider(
                                main,
                                other.flatMap(ProvidersConfig.NamedProvider::kind)
                                        .orElse(name),
                                other))
                .orElse(main);
        return new Choice(config, settings.target(), settings.cost());
    }

    private static TemplateData defaults(String template, TemplateSettings settings) {
        try {
            return TemplateData.of(settings.defaults().orElse("{}"));
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("afterimage.templates.\"" + template + "\".defaults: " + e.detail(), e);
        }
    }

    /** Makes the keys of images, which differ by API. */
    public KeyScheme keys() {
        return keys;
    }

    /** The API of every template that names no other. */
    public Choice main() {
        return main;
    }

    private Stream<Choice> all() {
        return Stream.concat(Stream.of(main), byTemplate.values().stream());
    }

    /** The longest time that a call to any of the APIs may take; see {@link ProviderConfig#longestCall()}. */
    public Duration longestCall() {
        return all().map(choice -> choice.config().longestCall())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** The expected cost of an image, in the provider's own unit. */
    public double cost(ImageRequest request) {
        return ProviderCall.cost(made(costs, choiceOf(request)), keys.completed(request), Optional.empty());
    }

    /** The expected cost of an image, and the account that is billed. */
    public Price price(ImageRequest request) {
        return new Price(accounts.getOrDefault(request.template().value(), Purchase.DEFAULT_ACCOUNT), cost(request));
    }

    private static <T> T made(Map<Choice, T> byChoice, Choice choice) {
        return Optional.ofNullable(byChoice.get(choice)).orElseThrow();
    }

    private Choice choiceOf(ImageRequest request) {
        return byTemplate.getOrDefault(request.template().value(), main);
    }

    /**
     * A generator that completes each request with the defaults of its template, and hands it to the template's API.
     *
     * @param of makes the generator of one API; called once for each
     */
    public ImageGenerator generator(Function<Choice, ImageGenerator> of) {
        Map<Choice, ImageGenerator> generators = new HashMap<>();
        all().forEach(choice -> generators.computeIfAbsent(choice, of));
        return (request, attempt) -> {
            Choice choice = choiceOf(request);
            return made(generators, choice).generate(choice.drawn(keys.completed(request)), attempt);
        };
    }

    /**
     * An API as a template uses it.
     *
     * @param target the API's own template or model name; replaces the configured target or the template's name
     * @param price the cost of an image; replaces the described one
     */
    public record Choice(ProviderConfig config, Optional<String> target, OptionalDouble price) {

        /** Whether this is the built-in renderer. */
        public boolean isDemo() {
            return Descriptions.isDemo(config.kind());
        }

        Description description() {
            return Descriptions.of(config.kind(), target, price);
        }

        /** The configuration without its own target, where {@link #target} replaces that. */
        ProviderConfig settings() {
            return target.isEmpty() ? config : new OtherProvider(config, config.kind(), Optional.empty());
        }

        /** The identity of the API, which is part of every key. */
        public ProviderIdentity identity() {
            return isDemo()
                    ? new ProviderIdentity(Descriptions.DEMO, target)
                    : ProviderCall.identity(description(), settings());
        }

        private Description.Cost cost() {
            return isDemo()
                    ? new Description.Cost(price.orElse(1), Optional.empty(), Optional.empty())
                    : description().cost();
        }

        /**
         * The request that the generator gets: the demo has no description with a {@code {target}}, so its template is
         * replaced.
         */
        private ImageRequest drawn(ImageRequest request) {
            return isDemo() && target.isPresent()
                    ? new ImageRequest(
                            new TemplateId(target.get()), request.data(), request.format(), request.variant())
                    : request;
        }
    }

    /** A further API, with its own URL and account, and the limits and time-outs of the main one. */
    private record OtherProvider(ProviderConfig main, String kind, Optional<ProvidersConfig.NamedProvider> named)
            implements ProviderConfig {

        private <T> Optional<T> own(Function<ProvidersConfig.NamedProvider, Optional<T>> key, Optional<T> mains) {
            return named.isPresent() ? named.flatMap(key) : kind.equals(main.kind()) ? mains : Optional.empty();
        }

        @Override
        public Optional<URI> url() {
            return own(ProvidersConfig.NamedProvider::url, main.url());
        }

        @Override
        public Optional<String> target() {
            return own(ProvidersConfig.NamedProvider::target, Optional.empty());
        }

        @Override
        public Optional<String> user() {
            return own(ProvidersConfig.NamedProvider::user, main.user());
        }

        @Override
        public boolean check() {
            return false;
        }

        @Override
        public Optional<String> apiKey() {
            return own(ProvidersConfig.NamedProvider::apiKey, main.apiKey());
        }

        @Override
        public Optional<String> apiKeySecret() {
            return own(ProvidersConfig.NamedProvider::apiKeySecret, main.apiKeySecret());
        }

        @Override
        public Optional<List<String>> allowedHosts() {
            return own(ProvidersConfig.NamedProvider::allowedHosts, main.allowedHosts());
        }

        @Override
        public Duration timeout() {
            return main.timeout();
        }

        @Override
        public Duration connectTimeout() {
            return main.connectTimeout();
        }

        @Override
        public long maxBytes() {
            return main.maxBytes();
        }

        @Override
        public Duration longestCall() {
            Duration once = connectTimeout().plus(timeout());
            return Descriptions.isFetched(kind) ? once.multipliedBy(2) : once;
        }
    }
}

package dev.afterimage.provider;

import dev.afterimage.limit.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Finds the description that a kind names. */
public final class Descriptions {

    /** The descriptions that are part of the service, as resources {@code providers/NAME.json}. */
    static final List<String> BUILT_IN =
            List.of(("abyssale bannerbear bannerbear-job bedrock creatomate dynapictures fal flux"
                            + " gemini htmlcsstoimage imejis json openai orshot placid renderform replicate stability templated")
                    .split(" "));

    static final String DEMO = "demo";
    private static final String FILE = "file:";
    private static final String INLINE = "data:application/json;base64,";

    /** The settings that may name a kind, for messages: what reads a description does not know which of them did. */
    private static final String NAMED_BY =
            "afterimage.provider.kind, afterimage.providers.\"…\".kind or afterimage.templates.\"…\".provider";

    private Descriptions() {}

    /** Whether this kind of provider may answer with a URL or a job, so that the image needs another call. */
    static boolean isFetched(String kind) {
        if (isDemo(kind)) {
            return false;
        }
        Description description = of(kind);
        return description.job().isPresent() || !description.result().isEmpty();
    }

    /** Whether this is the built-in renderer, which has no description. */
    public static boolean isDemo(String kind) {
        return kind.equals(DEMO);
    }

    /**
     * The description of this kind.
     *
     * @throws IllegalArgumentException when there is none, or it is wrong
     */
    static Description of(String kind) {
        return of(kind, Optional.empty(), OptionalDouble.empty());
    }

    /**
     * The same for one template.
     *
     * @param target replaces the described target, or {@code {template}} where the description has no {@code {target}}
     * @param cost replaces the described cost
     */
    static Description of(String kind, Optional<String> target, OptionalDouble cost) {
        return DescriptionCompiler.compile(document(kind), target, cost);
    }

    /** The kind that holds this document itself, in base64, in place of its name. */
    public static String inline(byte[] document) {
        return INLINE + Base64.getEncoder().encodeToString(document);
    }

    private static byte[] document(String kind) {
        if (kind.startsWith(INLINE)) {
            return Base64.getDecoder().decode(kind.substring(INLINE.length()));
        }
        return kind.startsWith(FILE) ? file(kind.substring(FILE.length())) : builtIn(kind);
    }

    private static byte[] builtIn(String kind) {
        if (!BUILT_IN.contains(kind)) {
            throw new IllegalArgumentException("There is no provider \"" + kind + "\", which " + NAMED_BY
                    + " names. Write demo, " + String.join(", ", BUILT_IN)
                    + ", or file: and the path of a description, or s3:bucket/key; a template may also name one of"
                    + " afterimage.providers.");
        }
        try (InputStream resource = Descriptions.class.getResourceAsStream("/providers/" + kind + ".json")) {
            return Optional.ofNullable(resource).orElseThrow().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("This build lacks the description of " + kind, e);
        }
    }

    private static byte[] file(String path) {
        try {
            return Files.readAllBytes(Path.of(path));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The description " + path + ", which " + NAMED_BY + " names, cannot be read as a file.", e);
        }
    }

    /**
     * The limits of the described APIs together, as defaults of {@code afterimage.provider.rate}, {@code .rate-window},
     * {@code .concurrency} and {@code .timeout}. Several APIs share one window: the lowest of their rates in the longest
     * of their windows, which each of them allows.
     *
     * @throws IllegalArgumentException when there is no such description, or it is wrong
     */
    public static Map<String, String> limits(Collection<String> kinds) {
        Map<String, String> limits = new HashMap<>();
        List<Description.Limits> described = kinds.stream()
                .filter(kind -> !isDemo(kind))
                .map(kind -> of(kind).limits())
                .toList();
        List<Description.Rate> rates =
                described.stream().flatMap(one -> one.rate().stream()).toList();
        rates.stream()
                .mapToInt(Description.Rate::calls)
                .min()
                .ifPresent(calls -> limits.put("rate", Integer.toString(calls)));
        rates.stream()
                .map(Description.Rate::window)
                .max(Comparator.naturalOrder())
                .ifPresent(window -> limits.put("rate-window", window.toMillis() + "ms"));
        described.stream()
                .flatMapToInt(one -> one.concurrency().stream())
                .min()
                .ifPresent(places -> limits.put("concurrency", Integer.toString(places)));
        described.stream()
                .flatMap(one -> one.timeout().stream())
                .max(Comparator.naturalOrder())
                .ifPresent(timeout -> limits.put("timeout", timeout.toMillis() + "ms"));
        return limits;
    }

    /** What the API allows one account where its description says so, else as these limits. */
    static Limits limits(Description.Limits described, Limits others) {
        return new Limits(
                described.rate().map(Description.Rate::calls).orElse(others.rate()),
                described.rate().map(Description.Rate::window).orElse(others.window()),
                described.concurrency().isPresent() ? described.concurrency() : others.concurrency(),
                others.bulkShare(),
                others.longestCall());
    }
}

package dev.afterimage.provider;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the description that {@code afterimage.provider.kind} names. */
public final class Descriptions {

    /** The descriptions that ship, as resources {@code providers/NAME.json}. */
    static final List<String> BUILT_IN = List.of(
            "abyssale",
            "bannerbear",
            "bannerbear-job",
            "bedrock",
            "creatomate",
            "dynapictures",
            "fal",
            "flux",
            "gemini",
            "htmlcsstoimage",
            "imejis",
            "json",
            "openai",
            "orshot",
            "placid",
            "renderform",
            "replicate",
            "stability",
            "templated");

    static final String DEMO = "demo";
    private static final String FILE = "file:";

    private Descriptions() {}

    /** Whether an answer of this kind of provider may be a URL or a job, so that the image takes another call. */
    static boolean isFetched(String kind) {
        if (isDemo(kind)) {
            return false;
        }
        Description description = of(kind);
        return description.job().isPresent() || !description.result().isEmpty();
    }

    /** Whether the built-in renderer is meant, which is programmed and not described. */
    public static boolean isDemo(String kind) {
        return kind.equals(DEMO);
    }

    /**
     * The description of this kind.
     *
     * @throws IllegalArgumentException when there is none, or it is wrong
     */
    static Description of(String kind) {
        return DescriptionCompiler.compile(kind.startsWith(FILE) ? file(kind.substring(FILE.length())) : builtIn(kind));
    }

    private static byte[] builtIn(String kind) {
        if (!BUILT_IN.contains(kind)) {
            throw new IllegalArgumentException("afterimage.provider.kind has no provider " + kind + ". Set it to demo, "
                    + String.join(", ", BUILT_IN) + ", or to file: and the path of a description.");
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
                    "afterimage.provider.kind names " + path + ", which cannot be read as a file.", e);
        }
    }

    /**
     * What the described API allows, as values for {@code afterimage.provider.rate}, {@code .rate-window},
     * {@code .concurrency} and {@code .timeout}, where the configuration says nothing else.
     *
     * @throws IllegalArgumentException when there is no such description, or it is wrong
     */
    public static Map<String, String> limits(String kind) {
        Map<String, String> limits = new HashMap<>();
        if (!isDemo(kind)) {
            Description.Limits described = of(kind).limits();
            described.rate().ifPresent(rate -> {
                limits.put("rate", Integer.toString(rate.calls()));
                limits.put("rate-window", rate.window().toMillis() + "ms");
            });
            described.concurrency().ifPresent(places -> limits.put("concurrency", Integer.toString(places)));
            described.timeout().ifPresent(timeout -> limits.put("timeout", timeout.toMillis() + "ms"));
        }
        return limits;
    }
}

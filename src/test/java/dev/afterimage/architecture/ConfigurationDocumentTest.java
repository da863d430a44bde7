package dev.afterimage.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.architecture.ConfigurationMappings.Key;
import dev.afterimage.architecture.ConfigurationMappings.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The keys in {@code docs/configuration.md} are those of the code. Everything between the two marks of that file is written
 * from the {@code @ConfigMapping} interfaces: {@code ./mvnw test -Dtest=ConfigurationDocumentTest -Dconfiguration.write=true}.
 */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("docs/configuration.md");
    private static final String BEGIN =
            "<!-- Made by ConfigurationDocumentTest from here on; see CONTRIBUTING.md. -->\n";
    private static final String END = "<!-- Made by ConfigurationDocumentTest up to here. -->\n";
    private static final Path MAIN = Path.of("src/main/java");
    private static final Path LAMBDA = Path.of("src/lambda/java");
    private static final Path LOCAL = Path.of("src/local/java");

    @Test
    void theDocumentListsTheKeysOfTheCode() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        assertThat(begin).as("%s has lost its first mark: %s", DOCUMENT, BEGIN).isGreaterThanOrEqualTo(BEGIN.length());
        assertThat(end).as("%s has lost its second mark: %s", DOCUMENT, END).isGreaterThanOrEqualTo(begin);
        String expected = document.substring(0, begin) + sections() + document.substring(end);

        if (Boolean.getBoolean("configuration.write")) {
            Files.writeString(DOCUMENT, expected);
        } else {
            assertThat(document)
                    .as(
                            "%s is out of date. Write it with ./mvnw test -Dtest=%s -Dconfiguration.write=true",
                            DOCUMENT, getClass().getSimpleName())
                    .isEqualTo(expected);
        }
    }

    private static String sections() throws IOException {
        List<Path> roots =
                Stream.of(MAIN, LAMBDA, LOCAL).filter(Files::isDirectory).toList();
        return ConfigurationMappings.read(roots).stream()
                .collect(Collectors.groupingBy(Mapping::prefix, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(ConfigurationDocumentTest::section)
                .collect(Collectors.joining("\n", "\n", "\n"));
    }

    /** A prefix, over all the interfaces that share it. */
    private static String section(List<Mapping> mappings) {
        Mapping first = mappings.getFirst();
        String meaning = mappings.stream().map(Mapping::meaning).collect(Collectors.joining(" "));
        String rows = mappings.stream()
                .flatMap(mapping -> mapping.keys().stream())
                .map(ConfigurationDocumentTest::row)
                .collect(Collectors.joining());
        return "### `" + first.prefix() + "`\n\n" + meaning + where(first.root())
                + "\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n" + rows;
    }

    private static String where(Path root) {
        if (root.equals(LAMBDA)) {
            return " In the build for AWS Lambda only.";
        }
        return root.equals(LOCAL) ? " In the default build only." : "";
    }

    private static String row(Key key) {
        String fallback = key.fallback().map(value -> "`" + value + "`").orElse("–");
        return "| `" + key.name() + "` | " + key.type() + " | " + fallback + " | " + key.meaning() + " |\n";
    }
}

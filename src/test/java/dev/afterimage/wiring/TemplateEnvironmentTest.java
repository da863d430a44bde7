package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every setting in template.yaml is one that the functions read; a misspelt one would do nothing. */
class TemplateEnvironmentTest {

    private static final Pattern VARIABLE = Pattern.compile("^ +(AFTERIMAGE_[A-Z0-9_]+):", Pattern.MULTILINE);

    /** Read by the start script in function.zip, before there is a configuration. */
    private static final Set<String> OF_THE_START_SCRIPT = Set.of("AFTERIMAGE_RUNTIME_OPTIONS");

    @Test
    void everyEnvironmentVariableOfTheTemplateIsAConfigurationKey() throws IOException {
        Set<String> variables = VARIABLE.matcher(Files.readString(Path.of("template.yaml")))
                .results()
                .map(found -> found.group(1))
                .filter(name -> !OF_THE_START_SCRIPT.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        List<Pattern> settings = settings().toList();

        assertThat(variables)
                .hasSizeGreaterThan(20)
                .allMatch(variable -> settings.stream()
                        .anyMatch(setting -> setting.matcher(variable).matches()));
    }

    /** As environment variables; an asterisk stands for a name that the operator chooses. */
    private static Stream<Pattern> settings() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.afterimage")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                        .map(type -> ConfigClass.configClass(type.reflect()))
                        .flatMap(mapping -> ConfigMappings.getProperties(mapping).keySet().stream())
                        .map(name -> Pattern.compile(name.replaceAll("[^A-Za-z0-9*]", "_")
                                .toUpperCase(Locale.ROOT)
                                .replace("*", "[A-Z0-9_]+")));
    }
}

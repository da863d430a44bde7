package dev.afterimage.lambda;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A CloudFormation template as CloudFormation reads it for one set of parameters, as far as the functions' settings need it.
 * What stands in it as a reference to a resource must be told; one that isn't is an error.
 */
final class Template {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]+)}");

    /** What a property is that CloudFormation leaves out. */
    private static final String NO_VALUE = "AWS::NoValue";

    private final Map<?, ?> document;
    private final Map<String, String> references;

    private record Call(String function, Object argument) {}

    private Template(Map<?, ?> document, Map<String, String> references) {
        this.document = document;
        this.references = references;
    }

    /**
     * Reads a template.
     *
     * @param parameters those that differ from their defaults
     * @param resources what {@code !Ref NAME} is for {@code NAME}, and {@code !GetAtt NAME.ATTRIBUTE} for that
     */
    static Template read(Path file, Map<String, String> parameters, Map<String, String> resources) throws IOException {
        Map<?, ?> document;
        try (Reader text = Files.newBufferedReader(file)) {
            document = (Map<?, ?>) value(new Yaml().compose(text));
        }
        Map<String, String> references = new HashMap<>();
        ((Map<?, ?>) at(document, "Parameters"))
                .forEach((name, parameter) -> references.put((String) name, (String) at(parameter, "Default")));
        parameters.forEach((name, value) -> {
            if (references.put(name, value) == null) {
                throw new IllegalArgumentException("The template has no parameter " + name);
            }
        });
        references.putAll(resources);
        references.put(NO_VALUE, NO_VALUE);
        return new Template(document, references);
    }

    /** The variables that a function finds in its environment. */
    Map<String, String> environment(String function) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Object properties :
                List.of(at(document, "Globals", "Function"), at(document, "Resources", function, "Properties"))) {
            ((Map<?, ?>) at(properties, "Environment", "Variables"))
                    .forEach((name, value) -> variables.put((String) name, text(value)));
        }
        variables.values().removeIf(NO_VALUE::equals);
        return variables;
    }

    /** How long an invocation of a function may take. */
    Duration timeout(String function) {
        return Duration.ofSeconds(Long.parseLong(text(at(document, "Resources", function, "Properties", "Timeout"))));
    }

    /** The event that a schedule sends. */
    String input(String schedule) {
        return text(at(document, "Resources", schedule, "Properties", "Target", "Input"));
    }

    private String text(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Call(String function, Object argument) -> text(function, argument);
            case null, default -> throw new IllegalStateException("No text: " + value);
        };
    }

    private String text(String function, Object argument) {
        return switch (function) {
            case "Ref", "GetAtt" -> reference((String) argument);
            case "Sub" ->
                argument instanceof List<?> both
                        ? substituted((String) both.get(0), (Map<?, ?>) both.get(1))
                        : substituted((String) argument, Map.of());
            case "If" -> {
                List<?> branches = (List<?>) argument;
                yield text(branches.get(holds(at(document, "Conditions", (String) branches.get(0))) ? 1 : 2));
            }
            case "Join" -> {
                List<?> parts = (List<?>) argument;
                yield parts.get(1) instanceof List<?> list
                        ? list.stream().map(this::text).collect(Collectors.joining((String) parts.get(0)))
                        : text(parts.get(1));
            }
            case "FindInMap" -> {
                List<?> path = (List<?>) argument;
                yield text(at(document, "Mappings", text(path.get(0)), text(path.get(1)), text(path.get(2))));
            }
            default -> throw new IllegalStateException("Not known: !" + function);
        };
    }

    private boolean holds(Object condition) {
        Call call = (Call) condition;
        List<?> arguments = call.argument() instanceof List<?> list ? list : List.of(call.argument());
        return switch (call.function()) {
            case "Equals" -> text(arguments.get(0)).equals(text(arguments.get(1)));
            case "Not" -> !holds(arguments.get(0));
            case "And" -> arguments.stream().allMatch(this::holds);
            case "Or" -> arguments.stream().anyMatch(this::holds);
            case "Condition" -> holds(at(document, "Conditions", (String) arguments.get(0)));
            default -> throw new IllegalStateException("Not known in conditions: !" + call.function());
        };
    }

    private String substituted(String text, Map<?, ?> own) {
        return REFERENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        own.containsKey(found.group(1)) ? text(own.get(found.group(1))) : reference(found.group(1))));
    }

    private String reference(String name) {
        String value = references.get(name);
        if (value == null) {
            throw new IllegalStateException("What is " + name + "? The test must say it.");
        }
        return value;
    }

    private static Object at(@Nullable Object value, String... path) {
        Object found = value;
        for (String name : path) {
            found = ((Map<?, ?>) requireNonNull(found, name)).get(name);
        }
        return requireNonNull(found, () -> String.join(".", path));
    }

    /** Every scalar as text; {@code !Name argument} as a call. */
    private static Object value(Node node) {
        Object plain = switch (node) {
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode sequence -> {
                List<Object> values = new ArrayList<>();
                sequence.getValue().forEach(item -> values.add(value(item)));
                yield values;
            }
            case MappingNode mapping -> {
                Map<String, Object> values = new LinkedHashMap<>();
                for (NodeTuple member : mapping.getValue()) {
                    values.put(((ScalarNode) member.getKeyNode()).getValue(), value(member.getValueNode()));
                }
                yield values;
            }
            default -> throw new IllegalStateException("Not known in templates: " + node);
        };
        String tag = node.getTag().getValue();
        return tag.startsWith("!") ? new Call(tag.substring(1), plain) : plain;
    }
}

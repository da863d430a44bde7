package dev.afterimage.architecture;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The configuration keys of the service, read from the sources of the {@code @ConfigMapping} interfaces with the JDK's
 * compiler: names, types and defaults from the methods, meanings from their Javadoc, which the class files no longer hold.
 */
final class ConfigurationMappings {

    /**
     * One {@code @ConfigMapping} interface.
     *
     * @param root the source root that it lies in, such as {@code src/main/java}
     * @param meaning its Javadoc as Markdown
     */
    record Mapping(String prefix, Path root, String meaning, List<Key> keys) {}

    /**
     * One key.
     *
     * @param type what may be written, as Markdown
     * @param fallback the value that counts when the key is left out; empty when there is none
     * @param meaning its Javadoc as Markdown
     */
    record Key(String name, String type, Optional<String> fallback, String meaning) {}

    /** A type declared in the sources, with what is needed to read its Javadoc. */
    private record Declared(ClassTree tree, TreePath path) {}

    private final DocTrees docs;
    /** By simple name; the sources have no two such types that a mapping could mean. */
    private final Map<String, Declared> types = new HashMap<>();

    private final List<String> undocumented = new ArrayList<>();

    private ConfigurationMappings(DocTrees docs) {
        this.docs = docs;
    }

    /**
     * Reads all mappings below these source roots, in the order of their prefixes.
     *
     * @throws IllegalStateException when a key has no Javadoc
     */
    static List<Mapping> read(List<Path> roots) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> below = Files.walk(root)) {
                below.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        try (StandardJavaFileManager sources =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, sources, null, List.of("-proc:none"), null, sources.getJavaFileObjectsFromPaths(files));
            ConfigurationMappings reader = new ConfigurationMappings(DocTrees.instance(task));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            units.forEach(reader::declare);
            List<Mapping> mappings = units.stream()
                    .flatMap(unit -> reader.mappingsOf(unit, roots))
                    .sorted((one, other) -> one.prefix().compareTo(other.prefix()))
                    .toList();
            if (!reader.undocumented.isEmpty()) {
                throw new IllegalStateException("These keys have no Javadoc: " + reader.undocumented);
            }
            return mappings;
        }
    }

    private void declare(CompilationUnitTree unit) {
        TreePath top = new TreePath(unit);
        unit.getTypeDecls().forEach(declaration -> declare(declaration, top));
    }

    private void declare(Tree declaration, TreePath parent) {
        if (declaration instanceof ClassTree type) {
            TreePath path = new TreePath(parent, type);
            types.put(type.getSimpleName().toString(), new Declared(type, path));
            type.getMembers().forEach(member -> declare(member, path));
        }
    }

    private Stream<Mapping> mappingsOf(CompilationUnitTree unit, List<Path> roots) {
        Path file = Path.of(unit.getSourceFile().toUri());
        Path root = roots.stream()
                .filter(candidate -> file.startsWith(candidate.toAbsolutePath()))
                .findFirst()
                .orElseThrow();
        return unit.getTypeDecls().stream()
                .flatMap(ConfigurationMappings::withNested)
                .flatMap(type -> annotation(type.getModifiers().getAnnotations(), "ConfigMapping", type).stream()
                        .map(prefix -> {
                            Declared mapping = declared(type.getSimpleName().toString());
                            return new Mapping(prefix, root, meaning(mapping.path(), prefix), keysOf(mapping, prefix));
                        }));
    }

    private static Stream<ClassTree> withNested(Tree declaration) {
        return declaration instanceof ClassTree type
                ? Stream.concat(Stream.of(type), type.getMembers().stream().flatMap(ConfigurationMappings::withNested))
                : Stream.empty();
    }

    private List<Key> keysOf(Declared type, String prefix) {
        List<Key> keys = new ArrayList<>();
        type.tree().getImplementsClause().stream()
                .map(inherited -> types.get(inherited.toString()))
                .filter(Objects::nonNull)
                .forEach(inherited -> keys.addAll(keysOf(inherited, prefix)));
        for (Tree member : type.tree().getMembers()) {
            if (member instanceof MethodTree method && !hasBody(method)) {
                keys.addAll(keysOf(method, type, prefix));
            }
        }
        return keys;
    }

    private static boolean hasBody(MethodTree method) {
        return method.getModifiers().getFlags().contains(Modifier.DEFAULT) || method.getBody() != null;
    }

    private List<Key> keysOf(MethodTree method, Declared owner, String prefix) {
        String name = prefix + "." + nameOf(method, owner);
        Optional<String> fallback = annotation(method.getModifiers().getAnnotations(), "WithDefault", owner.tree());
        Tree type = method.getReturnType();
        while (type instanceof ParameterizedTypeTree generic) {
            type = generic.getTypeArguments().getLast();
            switch (generic.getType().toString()) {
                case "Optional" -> {}
                case "List", "Set" -> {
                    return List.of(key(name, "list of " + typeName(type), fallback, method, owner));
                }
                case "Map" -> name += ".\"id\"";
                default -> throw new IllegalStateException("Teach this class the type of " + name + ": " + generic);
            }
        }
        Declared nested = types.get(type.toString());
        if (nested != null && nested.tree().getKind() == Tree.Kind.INTERFACE) {
            return keysOf(nested, name);
        }
        return List.of(key(name, typeName(type), fallback, method, owner));
    }

    private Key key(String name, String type, Optional<String> fallback, MethodTree method, Declared owner) {
        String meaning = meaning(new TreePath(owner.path(), method), name);
        Declared returned = types.get(innermost(method.getReturnType()));
        if (returned != null && returned.tree().getKind() == Tree.Kind.ENUM) {
            String general = meaning.isEmpty() ? meaning(returned.path(), name) : meaning;
            meaning = (general + " " + constantMeanings(returned, name)).strip();
        }
        if (meaning.isEmpty()) {
            undocumented.add(name);
        }
        return new Key(name, type, fallback, meaning);
    }

    private static String innermost(Tree type) {
        return type instanceof ParameterizedTypeTree generic
                ? innermost(generic.getTypeArguments().getLast())
                : type.toString();
    }

    private String typeName(Tree type) {
        String simple = type.toString();
        Declared declared = types.get(simple);
        if (declared != null && declared.tree().getKind() == Tree.Kind.ENUM) {
            return constants(declared.tree())
                    .map(constant -> "`" + valueOf(constant) + "`")
                    .collect(Collectors.joining(", "));
        }
        return switch (simple) {
            case "Duration" -> "duration";
            case "int", "Integer", "long", "Long", "OptionalInt", "OptionalLong" -> "whole number";
            case "double", "Double", "OptionalDouble", "BigDecimal" -> "number";
            case "boolean", "Boolean" -> "`true`, `false`";
            case "URI" -> "URL";
            case "Path" -> "path";
            case "String" -> "text";
            default -> throw new IllegalStateException("Teach this class how to call the type " + simple);
        };
    }

    private String constantMeanings(Declared type, String key) {
        return constants(type.tree())
                .map(constant -> Map.entry(constant, meaning(new TreePath(type.path(), constant), key)))
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> "`" + valueOf(entry.getKey()) + "`: " + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private static Stream<VariableTree> constants(ClassTree type) {
        return type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .filter(field -> field.getType() != null
                        && field.getType()
                                .toString()
                                .equals(type.getSimpleName().toString()));
    }

    private static String valueOf(VariableTree constant) {
        return constant.getName().toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String meaning(TreePath path, String key) {
        int last = key.lastIndexOf('.');
        String siblings = last < 0 ? key : key.substring(0, last);
        return JavadocMarkdown.of(docs.getDocCommentTree(path), name -> siblings + "." + kebab(name));
    }

    private Declared declared(String simpleName) {
        return Optional.ofNullable(types.get(simpleName)).orElseThrow();
    }

    private static String nameOf(MethodTree method, Declared owner) {
        return annotation(method.getModifiers().getAnnotations(), "WithName", owner.tree())
                .orElseGet(() -> kebab(method.getName().toString()));
    }

    /** As SmallRye names keys: {@code bodyTimeout} is {@code body-timeout}. */
    private static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /**
     * The one text that an annotation holds, as its value or by any name: a literal, or a constant of {@code scope}.
     */
    private static Optional<String> annotation(
            List<? extends AnnotationTree> annotations, String name, ClassTree scope) {
        return annotations.stream()
                .filter(annotation -> annotation.getAnnotationType().toString().equals(name))
                .map(annotation -> text(annotation.getArguments().getFirst(), scope))
                .findFirst();
    }

    private static String text(ExpressionTree argument, ClassTree scope) {
        return switch (argument) {
            case AssignmentTree named -> text(named.getExpression(), scope);
            case IdentifierTree constant ->
                scope.getMembers().stream()
                        .filter(member -> member instanceof VariableTree variable
                                && variable.getName().equals(constant.getName()))
                        .map(member -> text(((VariableTree) member).getInitializer(), scope))
                        .findFirst()
                        .orElseThrow();
            default -> String.valueOf(((LiteralTree) argument).getValue());
        };
    }
}

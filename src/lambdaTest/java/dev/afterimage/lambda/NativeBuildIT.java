package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.svm.core.annotate.TargetClass;
import java.io.IOException;
import java.io.Reader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * What the native build is given, without GraalVM: that it can link, as far as that can be seen from here, and that it takes in no
 * more than src/lambdaTest/native/ceilings.properties allows. The execution "native-arguments" of pom.xml has run Quarkus' own
 * native build before, with a script in place of native-image.
 */
class NativeBuildIT {

    /** What Quarkus registers though it isn't there, which native-image passes over: another JVM's, and classes of builds. */
    private static final Set<String> NEVER_THERE = Set.of(
            "com.ibm.lang.management.OperatingSystemMXBean",
            "io.quarkus.deployment.pkg.jar.JarTypeDefaultValueConfigInterceptor");

    private static NativeSources sources;
    private static Properties ceilings;

    @BeforeAll
    static void read() throws IOException {
        Path folder = Path.of(System.getProperty("native.arguments"));
        try (Stream<Path> folders = Files.list(folder)) {
            sources = NativeSources.in(folders.filter(one -> one.toString().endsWith("-native-image-source-jar"))
                    .findFirst()
                    .orElseThrow());
        }
        ceilings = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve("ceilings.properties"))) {
            ceilings.load(reader);
        }
    }

    @Test
    void classPathIsLinkedCompletelyWithoutUnusedAdditions() {
        assertThat(sources.arguments())
                .contains("--link-at-build-time", "--no-fallback", "-H:-AddAllCharsets")
                .noneMatch(argument -> argument.startsWith("--enable-monitoring"))
                .noneMatch(argument -> argument.startsWith("--report-unsupported-elements-at-runtime"))
                .noneMatch(argument -> argument.startsWith("--allow-incomplete-classpath"));
    }

    @Test
    void nativeImageStaysBelowItsCeilings() {
        Map<String, Long> found = Map.of(
                "jars", (long) sources.jars().size(),
                "classes", (long) sources.classes().size(),
                "resources", (long) sources.resources().size(),
                "resource.bytes", sources.resourceBytes(),
                "reflection", (long) sources.registered().size());
        System.out.println("The native build is given " + found);

        assertThat(found.keySet()).isEqualTo(ceilings.stringPropertyNames());
        assertThat(found)
                .allSatisfy((what, count) ->
                        assertThat(count).as(what).isLessThanOrEqualTo(Long.parseLong(ceilings.getProperty(what))));
    }

    @Test
    void noClassFileIsAResource() {
        assertThat(sources.resources().keySet()).noneMatch(name -> name.endsWith(".class"));
    }

    @Test
    void filesReadAtRunTimeAreResources() {
        assertThat(sources.resources()).containsKeys("lua/limiter.lua", "META-INF/openapi.yaml", "console/index.html");
    }

    @Test
    void everyClassThatASubstitutionReplacesIsThere() throws Exception {
        try (URLClassLoader loader = asInTheBuild()) {
            List<Substitution> substitutions = substitutions(loader);

            assertThat(substitutions)
                    .filteredOn(substitution -> !sources.has(substitution.target()))
                    .isEmpty();
            assertThat(deleted(substitutions))
                    .anyMatch(name -> name.endsWith("$AttachHttpAttributesExecutionInterceptor"));
        }
    }

    @Test
    void everyClassThatQuarkusRegistersForReflectionIsThere() {
        assertThat(sources.generated().stream()
                        .filter(name -> !NEVER_THERE.contains(name))
                        .filter(name -> !sources.has(name.replace('.', '/'))))
                .isEmpty();
    }

    /**
     * What is registered is linked and compiled whether it is used or not, and the classes that its code names are initialised while
     * the binary is built. One whose initialiser wants a class that isn't there ends the build with a NoClassDefFoundError.
     */
    @Test
    void reflectiveClassesHaveNoFailingInitialiser() throws Exception {
        List<String> failing = new ArrayList<>();
        try (URLClassLoader loader = asInTheBuild()) {
            Set<String> deleted = deleted(substitutions(loader));
            for (String registered : sources.registered()) {
                byte[] bytes = sources.classes().get(registered.replace('.', '/'));
                if (bytes == null || deleted.contains(registered.replace('.', '/'))) {
                    continue;
                }
                for (String named : namedIn(bytes, method -> true)) {
                    byte[] itsBytes = sources.classes().get(named);
                    if (itsBytes != null
                            && !namedIn(itsBytes, method -> method.equals("<clinit>")).stream()
                                    .allMatch(sources::has)
                            && !isInitialised(named, loader)) {
                        failing.add(registered + " leads to " + named);
                    }
                }
            }
        }

        assertThat(failing).isEmpty();
    }

    private static boolean isInitialised(String name, ClassLoader loader) throws ClassNotFoundException {
        try {
            Class.forName(name.replace('/', '.'), true, loader);
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    /** The classes that its methods' code names, with slashes; arrays by their elements. */
    private static Set<String> namedIn(byte[] bytes, Predicate<String> methods) {
        Set<String> names = new TreeSet<>();
        for (MethodNode method : node(bytes).methods) {
            if (methods.test(method.name)) {
                method.instructions.forEach(instruction -> {
                    if (instruction instanceof TypeInsnNode type) {
                        names.add(type.desc);
                    } else if (instruction instanceof FieldInsnNode field) {
                        names.add(field.owner);
                    } else if (instruction instanceof MethodInsnNode call) {
                        names.add(call.owner);
                    } else if (instruction instanceof LdcInsnNode constant
                            && constant.cst instanceof Type type
                            && type.getSort() == Type.OBJECT) {
                        names.add(type.getInternalName());
                    }
                });
            }
        }
        names.removeIf(name -> name.startsWith("["));
        return names;
    }

    private static ClassNode node(byte[] bytes) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, ClassReader.SKIP_FRAMES);
        return node;
    }

    /** The build's class path, and of GraalVM only the API: what a condition of a substitution may ask. */
    private static URLClassLoader asInTheBuild() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path jar : sources.jars()) {
            urls.add(jar.toUri().toURL());
        }
        urls.add(TargetClass.class.getProtectionDomain().getCodeSource().getLocation());
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** Those that apply. GraalVM's own classes are not on the class path; what replaces them is left to it. */
    private static List<Substitution> substitutions(ClassLoader loader) throws ReflectiveOperationException {
        List<Substitution> applying = new ArrayList<>();
        for (Map.Entry<String, byte[]> entry : sources.classes().entrySet()) {
            Optional<Substitution> substitution = Substitution.of(entry.getKey(), entry.getValue());
            if (substitution.isPresent()
                    && !substitution.get().target().startsWith("com/oracle/svm/")
                    && substitution.get().applies(loader)) {
                applying.add(substitution.get());
            }
        }
        return applying;
    }

    private static Set<String> deleted(List<Substitution> substitutions) {
        return substitutions.stream()
                .filter(Substitution::deletes)
                .map(Substitution::target)
                .collect(Collectors.toSet());
    }

    /**
     * A class annotated with {@link TargetClass}.
     *
     * @param target what it replaces, or deletes; with slashes
     * @param conditions classes of which every one has to agree
     */
    private record Substitution(String name, String target, List<String> conditions, boolean deletes) {

        private static final String ANNOTATIONS = "Lcom/oracle/svm/core/annotate/";
        private static final String PLATFORMS = "Lorg/graalvm/nativeimage/Platforms;";

        /** Empty for any other class, for one of another operating system, and where code works the target's name out. */
        static Optional<Substitution> of(String name, byte[] bytes) {
            ClassReader reader = new ClassReader(bytes);
            ClassNode node = new ClassNode();
            reader.accept(node, ClassReader.SKIP_CODE);
            Map<String, Map<String, Object>> annotations = annotations(node);
            Map<String, Object> target = annotations.get(ANNOTATIONS + "TargetClass;");
            if (target == null || target.containsKey("classNameProvider")) {
                return Optional.empty();
            }
            List<String> platforms =
                    types(annotations.getOrDefault(PLATFORMS, Map.of()).get("value"));
            if (!platforms.isEmpty() && platforms.stream().noneMatch(one -> one.contains("$LINUX"))) {
                return Optional.empty();
            }
            String outer = target.containsKey("className")
                    ? ((String) target.get("className")).replace('.', '/')
                    : types(target.get("value")).get(0);
            StringBuilder inner = new StringBuilder(outer);
            if (target.get("innerClass") instanceof List<?> names) {
                names.forEach(one -> inner.append('$').append(one));
            }
            return Optional.of(new Substitution(
                    name,
                    inner.toString(),
                    types(target.get("onlyWith")),
                    annotations.containsKey(ANNOTATIONS + "Delete;")));
        }

        @SuppressWarnings("unchecked")
        boolean applies(ClassLoader loader) throws ReflectiveOperationException {
            for (String condition : conditions) {
                var constructor =
                        Class.forName(condition.replace('/', '.'), true, loader).getDeclaredConstructor();
                constructor.setAccessible(true);
                boolean holds = switch (constructor.newInstance()) {
                    case BooleanSupplier supplier -> supplier.getAsBoolean();
                    case Predicate<?> predicate -> ((Predicate<String>) predicate).test(target.replace('/', '.'));
                    case Object other -> throw new IllegalStateException(other + " is no condition");
                };
                if (!holds) {
                    return false;
                }
            }
            return true;
        }

        private static Map<String, Map<String, Object>> annotations(ClassNode node) {
            Map<String, Map<String, Object>> annotations = new HashMap<>();
            Stream.of(node.visibleAnnotations, node.invisibleAnnotations)
                    .filter(Objects::nonNull)
                    .flatMap(List::stream)
                    .forEach(one -> annotations.put(one.desc, values(one)));
            return annotations;
        }

        private static Map<String, Object> values(AnnotationNode annotation) {
            Map<String, Object> values = new HashMap<>();
            for (int i = 0; annotation.values != null && i < annotation.values.size(); i += 2) {
                values.put((String) annotation.values.get(i), annotation.values.get(i + 1));
            }
            return values;
        }

        private static List<String> types(Object value) {
            return switch (value) {
                case null -> List.of();
                case List<?> list ->
                    list.stream().map(one -> ((Type) one).getInternalName()).toList();
                case Type type -> List.of(type.getInternalName());
                default -> throw new IllegalArgumentException("No type: " + value);
            };
        }
    }
}

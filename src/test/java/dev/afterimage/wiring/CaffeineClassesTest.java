package dev.afterimage.wiring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.quarkus.caffeine.runtime.graal.CacheConstructorsFeature;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * Caffeine has a class for each combination of a cache's features, and loads it by a name that it puts together. A native binary
 * has those that somebody registered; a cache of another combination fails there when it is made.
 */
class CaffeineClassesTest {

    private static final Path CLASSES = Path.of("target/classes");
    private static final String CAFFEINE = Type.getInternalName(Caffeine.class);
    private static final String PACKAGE = Caffeine.class.getPackageName() + ".";

    @Test
    void nativeBinaryHasTheClassesOfEveryCache() throws Exception {
        List<List<MethodInsnNode>> caches = caches();
        for (List<MethodInsnNode> cache : caches) {
            make(cache);
        }

        assertThat(caches).hasSizeGreaterThan(5);
        assertThat(registered()).containsAll(loaded());
    }

    /** The calls to the builder that make each cache of the service, in their order. */
    private static List<List<MethodInsnNode>> caches() throws IOException {
        List<List<MethodInsnNode>> caches = new ArrayList<>();
        try (Stream<Path> files = Files.walk(CLASSES)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                ClassNode type = new ClassNode();
                new ClassReader(Files.readAllBytes(file)).accept(type, ClassReader.SKIP_DEBUG);
                type.methods.forEach(method -> method.instructions.forEach(instruction -> {
                    if (instruction instanceof MethodInsnNode call && call.owner.equals(CAFFEINE)) {
                        if (call.name.equals("newBuilder")) {
                            caches.add(new ArrayList<>());
                        } else {
                            caches.getLast().add(call);
                        }
                    }
                }));
            }
        }
        return caches;
    }

    private static void make(List<MethodInsnNode> calls) throws ReflectiveOperationException {
        Caffeine<Object, Object> builder = Caffeine.newBuilder();
        for (MethodInsnNode call : calls) {
            Method method = Arrays.stream(Caffeine.class.getMethods())
                    .filter(one -> one.getName().equals(call.name)
                            && Type.getMethodDescriptor(one).equals(call.desc))
                    .findFirst()
                    .orElseThrow();
            Object unused = method.invoke(
                    builder,
                    Arrays.stream(method.getParameterTypes())
                            .map(CaffeineClassesTest::something)
                            .toArray());
        }
    }

    private static Object something(Class<?> type) {
        Map<Class<?>, Object> values = Map.of(
                long.class,
                1L,
                Duration.class,
                Duration.ofSeconds(1),
                Ticker.class,
                Ticker.systemTicker(),
                Executor.class,
                (Executor) Runnable::run,
                Expiry.class,
                Expiry.writing((key, value) -> Duration.ofSeconds(1)),
                CacheLoader.class,
                (CacheLoader<Object, Object>) key -> key,
                AsyncCacheLoader.class,
                (AsyncCacheLoader<Object, Object>) (key, executor) -> CompletableFuture.completedFuture(key));
        return requireNonNull(values.get(type), () -> "What is a " + type + "? The test must say it.");
    }

    /** The classes that Caffeine has loaded in this process by a name of that kind. */
    private static Set<String> loaded() throws ReflectiveOperationException {
        Set<String> names = new TreeSet<>();
        for (String factory : List.of("LocalCacheFactory", "NodeFactory")) {
            Field factories = Class.forName(PACKAGE + factory).getDeclaredField("FACTORIES");
            factories.setAccessible(true);
            ((Map<?, ?>) factories.get(null)).keySet().forEach(name -> names.add(PACKAGE + name));
        }
        return names;
    }

    /** Those that quarkus-caffeine registers, and ours. */
    private static Set<String> registered() {
        Set<String> names = new TreeSet<>(Arrays.asList(CacheConstructorsFeature.typesNeedingConstructorsRegistered()));
        names.addAll(Arrays.asList(
                CacheWiring.class.getAnnotation(RegisterForReflection.class).classNames()));
        return names;
    }
}

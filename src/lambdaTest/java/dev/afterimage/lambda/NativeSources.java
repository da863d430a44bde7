package dev.afterimage.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What Quarkus hands to native-image: its arguments, the jars of its class path, and what these register.
 *
 * @param arguments one word each
 * @param jars the application's own first
 * @param classes names with slashes, and class files
 * @param resources names of what lies in the binary as a resource, and bytes
 * @param generated names, with dots, of the classes that Quarkus itself registers for reflection
 * @param registered the same, with those of the libraries' own metadata
 */
record NativeSources(
        List<String> arguments,
        List<Path> jars,
        Map<String, byte[]> classes,
        Map<String, Long> resources,
        Set<String> generated,
        Set<String> registered) {

    private static final String METADATA = "META-INF/native-image/";
    private static final String CLASS = ".class";

    /** @param folder Quarkus' "native-image-source-jar" */
    static NativeSources in(Path folder) throws IOException {
        List<String> arguments = Files.readAllLines(folder.resolve("native-image.arguments"));
        List<Path> jars = new ArrayList<>(jarsIn(folder));
        jars.addAll(jarsIn(folder.resolve("lib")));

        Map<String, byte[]> classes = new HashMap<>();
        Map<String, Long> entries = new TreeMap<>();
        List<Pattern> included = new ArrayList<>();
        List<Pattern> excluded = new ArrayList<>();
        Set<String> generated = new TreeSet<>();
        Set<String> registered = new TreeSet<>();
        for (Path jar : jars) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    String name = entry.getName();
                    if (entry.isDirectory()) {
                        continue;
                    }
                    entries.merge(name, entry.getSize(), Long::sum);
                    if (name.endsWith(CLASS) && !name.startsWith("META-INF/")) {
                        classes.putIfAbsent(name.substring(0, name.length() - CLASS.length()), read(zip, entry));
                    } else if (name.startsWith(METADATA) && !isExcluded(jar, name, arguments)) {
                        if (name.endsWith("resource-config.json")) {
                            resourcePatterns(json(zip, entry), included, excluded);
                        } else if (name.endsWith("reflect-config.json")) {
                            registered.addAll(typesIn(json(zip, entry)));
                            if (jar.equals(jars.get(0))) {
                                generated.addAll(typesIn(json(zip, entry)));
                            }
                        } else if (name.endsWith("reachability-metadata.json")) {
                            throw new IOException(jar + " has the newer form of metadata, which is not read here yet.");
                        }
                    }
                }
            }
        }
        Map<String, Long> resources = new TreeMap<>(entries);
        resources.keySet().removeIf(name -> !matches(included, name) || matches(excluded, name));
        return new NativeSources(arguments, jars, classes, resources, generated, registered);
    }

    long resourceBytes() {
        return resources.values().stream().mapToLong(Long::longValue).sum();
    }

    /** @param name with slashes; of the class path or the JDK */
    boolean has(String name) {
        return classes.containsKey(name) || ofJdk(name);
    }

    private static boolean ofJdk(String name) {
        try {
            Class.forName(name.replace('/', '.'), false, ClassLoader.getPlatformClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static List<Path> jarsIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Arguments say --exclude-config, a pattern of jars, a pattern of names. */
    private static boolean isExcluded(Path jar, String name, List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals("--exclude-config")
                    && Pattern.compile(arguments.get(i + 1))
                            .matcher(jar.toString())
                            .find()
                    && Pattern.compile(arguments.get(i + 2)).matcher("/" + name).find()) {
                return true;
            }
        }
        return false;
    }

    /** Conditions are taken for true: the counts are an upper bound. */
    private static void resourcePatterns(JsonNode config, List<Pattern> included, List<Pattern> excluded) {
        JsonNode resources = config.path("resources");
        (resources.isArray() ? resources : resources.path("includes"))
                .forEach(one -> included.add(Pattern.compile(one.path("pattern").asText())));
        resources
                .path("excludes")
                .forEach(one -> excluded.add(Pattern.compile(one.path("pattern").asText())));
    }

    private static List<String> typesIn(JsonNode config) {
        List<String> names = new ArrayList<>();
        config.forEach(one -> names.add(one.path("name").asText()));
        return names;
    }

    private static boolean matches(List<Pattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    private static JsonNode json(ZipFile zip, ZipEntry entry) throws IOException {
        return new ObjectMapper().readTree(read(zip, entry));
    }

    private static byte[] read(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}

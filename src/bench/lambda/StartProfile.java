import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Starts a function again and again under JFR's CPU-time sampler, each time until it asks for its first event, and says which
 * parts the processor time went to. start.sh calls it.
 *
 * <p>A sample belongs to the step of Quarkus' start, or the bean, that lies outermost on its stack; reading configuration is told
 * apart wherever it happens. What loads and links classes is counted beside it: a native binary doesn't, and has done
 * all that the JVM does before "run-time init" when it is built.
 */
final class StartProfile {

    private static final String HANDLER = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";
    /** The steps of the start, which Quarkus records when the application is built. */
    private static final String STEPS = "io.quarkus.runner.recorded.";

    /** Milliseconds of processor time of all starts together. */
    private static final class Sum {
        double all;
        double classes;
    }

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]);
        int runs = Integer.parseInt(arguments[1]);
        Map<String, Sum> parts = new TreeMap<>();
        List<Double> walls = new ArrayList<>();
        List<Double> processors = new ArrayList<>();
        start(work, work.resolve("warm-up.jfr"), walls, processors);
        walls.clear();
        processors.clear();
        for (int run = 0; run < runs; run++) {
            start(work, null, walls, processors);
            Path recording = work.resolve(run + ".jfr");
            start(work, recording, new ArrayList<>(), new ArrayList<>());
            add(recording, parts);
            Files.delete(recording);
        }
        print(parts, runs, walls, processors);
    }

    /** One start, until the first poll. */
    private static void start(Path work, Path recording, List<Double> walls, List<Double> processors) throws Exception {
        CompletableFuture<Long> polled = new CompletableFuture<>();
        HttpServer api = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        api.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        api.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (path.endsWith("/invocation/next")) {
                polled.complete(System.nanoTime());
            } else if (path.contains("/extension/")) {
                // Not served, as on the machine of a test: registering is one request more, of no account here.
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
            } else {
                polled.completeExceptionally(new IOException(new String(exchange.getRequestBody().readAllBytes())));
            }
        });
        api.start();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        if (recording != null) {
            Path settings = work.resolve("settings.jfc");
            Files.writeString(settings, """
                    <configuration version="2.0"><event name="jdk.CPUTimeSample"><setting name="enabled">true</setting>\
                    <setting name="throttle">1ms</setting><setting name="stackTrace">true</setting></event></configuration>""");
            command.add("-XX:FlightRecorderOptions=stackdepth=1024");
            command.add("-XX:StartFlightRecording=settings=" + settings + ",filename=" + recording + ",dumponexit=true");
            command.add("-Xlog:jfr*=off");
        }
        command.addAll(List.of(
                "-cp", work.resolve("client") + "/*", "com.amazonaws.services.lambda.runtime.api.client.AWSLambda", HANDLER));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work.resolve("task").toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("log").toFile());
        builder.environment().putAll(Map.of(
                "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + api.getAddress().getPort(),
                "AWS_LAMBDA_FUNCTION_NAME", "afterimage",
                "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_LAMBDA_LOG_GROUP_NAME", "afterimage",
                "AWS_LAMBDA_LOG_STREAM_NAME", "bench",
                "LAMBDA_TASK_ROOT", work.resolve("task").toString(),
                "_HANDLER", HANDLER,
                "AWS_REGION", "us-east-1"));
        long began = System.nanoTime();
        Process function = builder.start();
        function.onExit().thenAccept(ended -> polled.completeExceptionally(new IOException("It ended, see the log:\n" + log(work))));
        try {
            long wall = polled.get(60, TimeUnit.SECONDS) - began;
            walls.add(wall / 1e6);
            processors.add(function.info().totalCpuDuration().map(Duration::toMillis).orElse(0L).doubleValue());
        } finally {
            function.destroy();
            function.onExit().get(30, TimeUnit.SECONDS);
            api.stop(0);
        }
    }

    private static String log(Path work) {
        try {
            return Files.readString(work.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void add(Path recording, Map<String, Sum> parts) throws IOException {
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (!event.getEventType().getName().equals("jdk.CPUTimeSample") || event.getStackTrace() == null) {
                    continue;
                }
                List<String> stack = event.getStackTrace().getFrames().stream()
                        .map(StartProfile::name)
                        .toList();
                String part = part(stack);
                if (part != null) {
                    Sum sum = parts.computeIfAbsent(part, name -> new Sum());
                    double millis = event.getDuration("samplingPeriod").toNanos() / 1e6;
                    sum.all += millis;
                    if (any(ofQuarkus(stack), StartProfile::loads)) {
                        sum.classes += millis;
                    }
                }
            }
        }
    }

    /** What was called since Quarkus' start began; AWS' client loads the handler reflectively. */
    private static List<String> ofQuarkus(List<String> stack) {
        for (int i = 0; i < stack.size(); i++) {
            if (stack.get(i).startsWith("io.quarkus.runner.ApplicationImpl.")) {
                return stack.subList(0, i);
            }
        }
        return stack;
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    private static boolean loads(String frame) {
        return frame.contains("ClassLoader.") || frame.startsWith("java.lang.invoke.") || frame.startsWith("java.lang.Class.forName");
    }

    private static boolean any(List<String> stack, Predicate<String> test) {
        return stack.stream().anyMatch(test);
    }

    /** Null for what the recording itself costs. */
    private static String part(List<String> stack) {
        if (any(stack, frame -> frame.startsWith("jdk.jfr."))) {
            return null;
        }
        if (any(stack, frame -> frame.equals("io.quarkus.runner.ApplicationImpl.<clinit>"))) {
            return "1 static init (natively: when built)";
        }
        if (!any(stack, frame -> frame.equals("io.quarkus.runner.ApplicationImpl.doStart"))) {
            return any(stack, frame -> frame.startsWith("io.quarkus.") || frame.startsWith("dev.afterimage."))
                    ? "3 beside it: poll loop, threads of pools"
                    : "0 before it: the JVM and AWS' client";
        }
        return "2 run-time init: " + step(ofQuarkus(stack));
    }

    private static String step(List<String> stack) {
        String configuration = configuration(stack);
        if (configuration != null) {
            return configuration;
        }
        for (int i = stack.size() - 1; i >= 0; i--) {
            String frame = stack.get(i);
            if (frame.startsWith(STEPS)) {
                String step = frame.substring(STEPS.length()).replaceAll("\\d*\\.deploy.*|\\d*\\.\\w+$", "");
                return step.startsWith("LifecycleEventsBuildStep") ? "beans: " + observer(stack.subList(0, i)) : step;
            }
        }
        return "rest";
    }

    private static String configuration(List<String> stack) {
        if (any(stack, frame -> frame.contains("validateUnknown") || frame.contains("reportUnknown") || frame.contains("handleUnknown"))) {
            return "configuration: unknown keys";
        }
        if (any(stack, frame -> frame.startsWith("io.smallrye.config.ConfigMappings") || frame.contains("ConfigMappingContext") || frame.contains("$$CMImpl."))) {
            return "configuration: mappings";
        }
        if (any(stack, frame -> frame.startsWith("io.smallrye.config.SmallRyeConfigBuilder.") || frame.startsWith("io.smallrye.config.SmallRyeConfig.<init>") || frame.contains("SmallRyeConfig$ConfigSources"))) {
            return "configuration: sources";
        }
        if (any(stack, frame -> frame.startsWith("io.smallrye.config.") || frame.startsWith("io.quarkus.runtime.generated."))) {
            return "configuration: values";
        }
        return null;
    }

    /** The bean of ours that is made or told, else the observer. */
    private static String observer(List<String> stack) {
        for (int i = stack.size() - 1; i >= 0; i--) {
            String frame = stack.get(i);
            if (frame.contains("_Observer_")) {
                return frame.replaceAll(".*\\.(\\w+?)_Observer_(\\w+?)_.*", "$1.$2");
            }
        }
        return "events";
    }

    private static void print(Map<String, Sum> parts, int runs, List<Double> walls, List<Double> processors) {
        walls.sort(Comparator.naturalOrder());
        processors.sort(Comparator.naturalOrder());
        System.out.printf(
                "Spawn to first poll, %d starts: median %.0f ms, %.0f ms of processor time%n%n",
                runs, walls.get(runs / 2), processors.get(runs / 2));
        System.out.printf("%-70s %8s %8s %8s%n", "ms of processor time a start, sampled", "all", "classes", "rest");
        double[] init = new double[2];
        parts.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Sum>>comparingInt(entry -> entry.getKey().charAt(0))
                        .thenComparing(entry -> entry.getValue().classes - entry.getValue().all))
                .forEach(entry -> {
                    Sum sum = entry.getValue();
                    System.out.printf(
                            "%-70s %8.1f %8.1f %8.1f%n",
                            entry.getKey().substring(2), sum.all / runs, sum.classes / runs, (sum.all - sum.classes) / runs);
                    if (entry.getKey().charAt(0) == '2') {
                        init[0] += sum.all / runs;
                        init[1] += sum.classes / runs;
                    }
                });
        System.out.printf("%-70s %8.1f %8.1f %8.1f%n", "run-time init, whole", init[0], init[1], init[0] - init[1]);
    }
}

package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * The packaged function, started as AWS starts it: the binary by its bootstrap where the zip has one (-Dfunction.zip=…), else the
 * JVM by AWS' own Runtime Interface Client.
 */
final class FunctionProcess implements AutoCloseable {

    private static final String HANDLER = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";
    private static final Duration LONGEST_START = Duration.ofMinutes(3);

    private final RuntimeApi api = new RuntimeApi();
    private final Process process;

    /**
     * Starts a process.
     *
     * @param task where {@link #unzip} has put the function
     * @param environment what the function's configuration sets
     */
    FunctionProcess(Path task, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(task))
                .directory(task.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "AWS_LAMBDA_RUNTIME_API", api.address(),
                        "AWS_LAMBDA_FUNCTION_NAME", "afterimage",
                        "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                        "AWS_LAMBDA_LOG_GROUP_NAME", "afterimage",
                        "AWS_LAMBDA_LOG_STREAM_NAME", "test",
                        "LAMBDA_TASK_ROOT", task.toString(),
                        "_HANDLER", HANDLER,
                        "AWS_REGION", "us-east-1"));
        builder.environment().putAll(environment);
        process = builder.start();
        process.onExit().thenAccept(ended -> api.stopped("The process ended with " + ended.exitValue()));
    }

    RuntimeApi api() {
        return api;
    }

    /**
     * Has an event dealt with by a process that {@link #freeze} has frozen, and freezes it again when the invocation has ended.
     *
     * @param timeLeft until the invocation's deadline
     */
    RuntimeApi.Result invoke(String event, Duration timeLeft) throws IOException, InterruptedException {
        signal("CONT");
        RuntimeApi.Result result = api.invoke(event, timeLeft);
        freeze(timeLeft);
        return result;
    }

    /** Freezes the process when it is idle, as Lambda does after the start and between invocations. */
    void freeze() throws IOException, InterruptedException {
        freeze(LONGEST_START);
    }

    private void freeze(Duration atMost) throws IOException, InterruptedException {
        if (!api.awaitIdle(atMost)) {
            throw new AssertionError("The function or its extension did not ask for the next event within " + atMost);
        }
        signal("STOP");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("kill -" + name + " ended with " + status);
        }
    }

    private static List<String> command(Path task) throws IOException {
        Path bootstrap = task.resolve("bootstrap");
        if (Files.exists(bootstrap)) {
            for (Path program : List.of(bootstrap, task.resolve("runner"))) {
                Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return List.of(bootstrap.toString());
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Stream.of(AWSLambda.class, Context.class, PojoSerializer.class, SdkInternalThreadLocal.class)
                        .map(FunctionProcess::jar)
                        .collect(Collectors.joining(File.pathSeparator)),
                AWSLambda.class.getName(),
                HANDLER);
    }

    private static String jar(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }

    /** Unpacks the function that the build has made. */
    static void unzip(Path to) throws IOException {
        try (ZipFile file = new ZipFile(System.getProperty("function.zip"))) {
            for (ZipEntry entry : file.stream().toList()) {
                Path target = to.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file.getInputStream(entry), target);
                }
            }
        }
    }

    /** Kills the process, frozen or not. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        api.close();
    }
}

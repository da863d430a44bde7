package dev.afterimage.redis;

import dev.afterimage.generation.Callables;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A Lua script from the resources, called by its hash. When the server does not know the hash (a new server, a flushed
 * script cache), the source is sent once, and the server remembers it.
 */
final class RedisScript {

    private final String source;
    private final String sha1;

    private RedisScript(String source) {
        this.source = source;
        this.sha1 = sha1(source);
    }

    /** The script {@code lua/{name}.lua}, or several such files joined into one script. */
    static RedisScript named(String... names) {
        StringBuilder source = new StringBuilder();
        for (String name : names) {
            source.append(read("/lua/" + name + ".lua"));
        }
        return new RedisScript(source.toString());
    }

    private static String read(String path) {
        try (InputStream resource = RedisScript.class.getResourceAsStream(path)) {
            if (resource == null) {
                throw new IllegalStateException("The resource " + path + " is missing from this build.");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it. All keys must carry the same hash tag. Does not block. */
    CompletableFuture<ScriptReply> run(RedisLink link, List<String> keys, List<String> arguments) {
        return link.exchange(request(Command.EVALSHA, sha1, keys, arguments))
                .exceptionallyCompose(failure -> isNoScript(failure)
                        ? link.exchange(request(Command.EVAL, source, keys, arguments))
                        : CompletableFuture.failedFuture(failure))
                .thenApply(ScriptReply::new);
    }

    /** Runs it and waits for its answer; for virtual threads. */
    ScriptReply call(RedisLink link, List<String> keys, List<String> arguments) {
        return Callables.await(run(link, keys, arguments));
    }

    private static Request request(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return request;
    }

    private static boolean isNoScript(Throwable failure) {
        return Callables.cause(failure) instanceof NoScriptException;
    }

    private static String sha1(String source) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Redis works but does not know the script, so its source must be sent. */
    static final class NoScriptException extends RuntimeException {

        NoScriptException() {
            super("Redis does not know the script", null, false, false);
        }
    }
}

package dev.afterimage.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A real Redis server of its own process, on a free port of the loopback, that writes nothing to disk. */
public final class RedisProcess implements AutoCloseable {

    private static final class Shared {
        static final RedisProcess SERVER = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
        }
    }

    private final int port;
    private final List<String> settings;
    private RedisServer server;

    private RedisProcess(int port, List<String> settings) {
        this.port = port;
        this.settings = settings;
        this.server = launch(port, settings);
    }

    /** One for all tests of this JVM; they keep apart by prefixes and must not flush it. */
    public static RedisProcess shared() {
        return Shared.SERVER;
    }

    /** A new one; {@code settings} are lines of redis.conf. */
    public static RedisProcess start(String... settings) {
        return new RedisProcess(freePort(), Arrays.asList(settings));
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Ends the process; {@link #restart} brings it back, empty, on the same port. */
    public void stop() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void restart() {
        server = launch(port, settings);
    }

    @Override
    public void close() {
        stop();
    }

    public static int freePort() {
        // Below 55536, because a cluster node listens at its port plus 10000, too.
        for (int attempt = 0; attempt < 1000; attempt++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (socket.getLocalPort() < 55_000) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalStateException("no free port");
    }

    private static RedisServer launch(int port, List<String> settings) {
        try {
            Path directory = Files.createTempDirectory("redis");
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .setting("dir " + directory)
                    .onShutdownForceStop(true);
            settings.forEach(builder::setting);
            RedisServer server = builder.port(port).build();
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

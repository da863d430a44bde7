package dev.afterimage.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy between the code under test and a real server that misbehaves on command: {@link #cut}, {@link #reset},
 * {@link #blackHole}, {@link #slow}, {@link #cutAnswersAfter}; {@link #pass} mends it. A command holds for connections that
 * exist and for those that come.
 */
public final class FaultProxy implements AutoCloseable {

    /** What happens to bytes. */
    private enum Mode {
        PASS,
        CUT,
        RESET,
        BLACK_HOLE
    }

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> swallowing = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile Mode mode = Mode.PASS;
    private volatile Duration delay = Duration.ZERO;
    private volatile long answerLimit = Long.MAX_VALUE;

    private FaultProxy(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /** A proxy on a free port of the loopback that passes everything on, until told otherwise. */
    public static FaultProxy before(String host, int port) throws IOException {
        FaultProxy proxy = new FaultProxy(
                new InetSocketAddress(host, port), new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    public URI http() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** How many connections were made so far. */
    public int connections() {
        return accepted.get();
    }

    /** Passes everything on again. Connections that lost bytes are closed. */
    public void pass() {
        boolean lost = mode == Mode.BLACK_HOLE;
        delay = Duration.ZERO;
        answerLimit = Long.MAX_VALUE;
        mode = Mode.PASS;
        if (lost) {
            closeAll();
        }
    }

    /** Passes new connections on; open ones go on losing everything. */
    public void passNewConnections() {
        swallowing.addAll(open);
        mode = Mode.PASS;
    }

    /** Closes every connection, and new ones at once, as if the server were gone. */
    public void cut() {
        mode = Mode.CUT;
        closeAll();
    }

    /** As {@link #cut}, with a TCP reset. */
    public void reset() {
        mode = Mode.RESET;
        closeAll();
    }

    /** Loses everything in both directions, as a network that drops packets. */
    public void blackHole() {
        mode = Mode.BLACK_HOLE;
    }

    /** Delays every chunk in either direction. */
    public void slow(Duration perChunk) {
        delay = perChunk;
    }

    /** Closes a connection when the server has sent this many bytes on it. */
    public void cutAnswersAfter(long bytes) {
        answerLimit = bytes;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeAll();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                open.add(client);
                Thread.ofVirtual().name("fault-proxy-connection").start(() -> connect(client));
            } catch (IOException closed) {
                // the loop's condition says whether to go on
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        open.add(server);
        try (client;
                server) {
            if (mode == Mode.CUT || mode == Mode.RESET) {
                close(client);
                return;
            }
            server.connect(target, 5_000);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            Thread requests = Thread.ofVirtual().name("fault-proxy-requests").start(() -> pump(client, server, false));
            if (pump(server, client, true)) {
                // An end that closed only its own direction may still be sent to: closing here would reset the
                // connection
                // and destroy an answer on its way.
                requests.join();
            }
        } catch (IOException | InterruptedException gone) {
            // both ends are closed
        } finally {
            open.remove(client);
            open.remove(server);
        }
    }

    /** Whether all that one end had to say was passed on, and its end with it. */
    private boolean pump(Socket from, Socket to, boolean answers) {
        byte[] chunk = new byte[16 * 1024];
        long passed = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                pause();
                if (mode == Mode.BLACK_HOLE || swallowing.contains(from)) {
                    continue;
                }
                long left = answers ? answerLimit - passed : Long.MAX_VALUE;
                int writable = (int) Math.min(read, Math.max(0, left));
                out.write(chunk, 0, writable);
                passed += writable;
                if (writable < read) {
                    return false;
                }
            }
            to.shutdownOutput();
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private void pause() {
        long until = System.nanoTime() + delay.toNanos();
        for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void closeAll() {
        open.forEach(this::close);
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            if (mode == Mode.RESET) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException alreadyGone) {
            // that is what was wanted
        }
    }
}

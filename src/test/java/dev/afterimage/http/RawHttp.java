package dev.afterimage.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection over which bytes can be sent that no HTTP client would send. */
final class RawHttp implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");

    private final Socket socket;

    RawHttp(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(10_000);
    }

    /** Sends one request on a connection of its own and returns the answer. */
    static String send(int port, String request) throws IOException {
        try (RawHttp connection = new RawHttp(port)) {
            return connection.send(request);
        }
    }

    /** Opens a connection and sends the beginning of a request. */
    static RawHttp begin(int port, String beginning) throws IOException {
        RawHttp connection = new RawHttp(port);
        connection.write(beginning);
        return connection;
    }

    private void write(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Sends a byte ten times a second, until told to stop or the server closes the connection. */
    void drip(CountDownLatch over) {
        try {
            while (!over.await(100, TimeUnit.MILLISECONDS)) {
                write("x");
            }
        } catch (IOException hungUp) {
            // The server has closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads until the server closes the connection. */
    String readToEnd() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Sends a request and returns the answer to it, which ends where its Content-Length says or the connection does. */
    String send(String request) throws IOException {
        write(request);
        return readAnswer(!request.startsWith("HEAD "));
    }

    /** Reads the answer to a request of which enough was sent, as {@link #send} does. */
    String readAnswer() throws IOException {
        return readAnswer(true);
    }

    private String readAnswer(boolean hasBody) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            answer.write(next);
            if (next == '\n' && answer.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
                Matcher length = LENGTH.matcher(answer.toString(StandardCharsets.UTF_8));
                if (hasBody && length.find()) {
                    answer.write(in.readNBytes(Integer.parseInt(length.group(1))));
                }
                break;
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

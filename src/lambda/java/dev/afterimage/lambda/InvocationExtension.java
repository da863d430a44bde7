package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Keeps Lambda from freezing the process while a call is under way at the provider. An answer ends an invocation for its
 * caller; the process goes on until every extension has asked for its next event ("Lambda Extensions API"). This one lives in
 * the process: it registers for INVOKE before the first event is asked for, and asks for its next event only when everything
 * that {@link InvocationEnd} does has been done, or a second before the invocation's end.
 *
 * <p>Where no such API is served, as by other runtimes and in tests, {@link #isServed()} says so, and the answer waits instead.
 */
final class InvocationExtension {

    private static final Logger LOG = Logger.getLogger(InvocationExtension.class);
    private static final String API = "/2020-01-01/extension/";
    private static final String IDENTIFIER = "Lambda-Extension-Identifier";
    private static final int REGISTER_TIMEOUT_MILLIS = 2_000;
    private static final long BEFORE_THE_END_MILLIS = 1_000;
    private static final Pattern REQUEST_ID = Pattern.compile("\"requestId\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern DEADLINE = Pattern.compile("\"deadlineMs\"\\s*:\\s*(\\d+)");

    private final String api;
    private final String identifier;
    private final InvocationEnd invocationEnd;
    private final Clock clock;
    /** By the request's id; whoever comes first, handler or event, makes the latch. */
    private final Map<String, CountDownLatch> answered = new ConcurrentHashMap<>();

    private InvocationExtension(String api, String identifier, InvocationEnd invocationEnd, Clock clock) {
        this.api = api;
        this.identifier = identifier;
        this.invocationEnd = invocationEnd;
        this.clock = clock;
    }

    /**
     * Registers, and begins to ask for events on a thread of its own.
     *
     * @param api host and port of the Lambda runtime API; empty outside of Lambda
     */
    static InvocationExtension start(String api, InvocationEnd invocationEnd, Clock clock) {
        InvocationExtension extension =
                new InvocationExtension(api, api.isEmpty() ? "" : register(api), invocationEnd, clock);
        if (extension.isServed()) {
            Thread.ofPlatform().name("lambda-extension").daemon().start(extension::serve);
        }
        return extension;
    }

    /** Whether the process stays awake after the answer for as long as there is something to end. */
    boolean isServed() {
        return !identifier.isEmpty();
    }

    /** The answer of this invocation has been written. */
    void answered(String requestId) {
        latch(requestId).countDown();
    }

    private CountDownLatch latch(String requestId) {
        return answered.computeIfAbsent(requestId, id -> new CountDownLatch(1));
    }

    /** The extension's identifier; empty where the API does not serve extensions. */
    private static String register(String api) {
        try {
            HttpURLConnection connection = open(api, "register");
            connection.setRequestMethod("POST");
            connection.setConnectTimeout(REGISTER_TIMEOUT_MILLIS);
            connection.setReadTimeout(REGISTER_TIMEOUT_MILLIS);
            connection.setRequestProperty("Lambda-Extension-Name", "afterimage");
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream body = connection.getOutputStream()) {
                body.write("{\"events\":[\"INVOKE\"]}".getBytes(StandardCharsets.UTF_8));
            }
            String identifier = connection.getResponseCode() == HttpURLConnection.HTTP_OK
                    ? connection.getHeaderField(IDENTIFIER)
                    : null;
            if (identifier == null) {
                LOG.infof(
                        "Extensions are not served here (status %d); answers wait for calls",
                        connection.getResponseCode());
                return "";
            }
            return identifier;
        } catch (IOException unserved) {
            LOG.infof("Extensions are not served here; answers wait for calls: %s", unserved.getMessage());
            return "";
        }
    }

    private void serve() {
        try {
            while (true) {
                serve(next());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException lost) {
            LOG.error("The extension lost Lambda; calls may be frozen with the process from now on", lost);
        }
    }

    private void serve(String event) throws InterruptedException {
        Matcher id = REQUEST_ID.matcher(event);
        Matcher deadline = DEADLINE.matcher(event);
        if (!id.find() || !deadline.find()) {
            LOG.warn("An event of the extension has no request id or deadline");
            return;
        }
        Instant end = Instant.ofEpochMilli(Long.parseLong(deadline.group(1)) - BEFORE_THE_END_MILLIS);
        try {
            boolean unused =
                    latch(id.group(1)).await(Math.max(0, end.toEpochMilli() - clock.millis()), TimeUnit.MILLISECONDS);
            invocationEnd.run(new Deadline(end));
        } finally {
            answered.remove(id.group(1));
        }
    }

    /** Waits for the next invocation, for as long as the process is frozen. */
    private String next() throws IOException {
        HttpURLConnection connection = open(api, "event/next");
        connection.setRequestProperty(IDENTIFIER, identifier);
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static HttpURLConnection open(String api, String path) throws IOException {
        return (HttpURLConnection)
                URI.create("http://" + api + API + path).toURL().openConnection();
    }
}

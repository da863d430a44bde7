package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * An internal extension that keeps Lambda from freezing the process while a call to the provider is under way. The caller
 * has its answer when the handler returns, but the process runs on until every extension has asked for its next event
 * ("Lambda Extensions API"). This one registers for INVOKE before the first event, and asks for its next event only when
 * {@link InvocationEnd} has done its work, or a second before the invocation's end.
 *
 * <p>Where there is no such API, as in other runtimes and in tests, {@link #isActive()} is false, and the answer waits
 * instead.
 */
final class InvocationExtension {

    private static final Logger LOG = Logger.getLogger(InvocationExtension.class);
    private static final String API = "/2020-01-01/extension/";
    private static final String IDENTIFIER = "Lambda-Extension-Identifier";
    private static final int REGISTER_TIMEOUT_MILLIS = 2_000;
    private static final long BEFORE_THE_END_MILLIS = 1_000;
    private static final long BETWEEN_TRIES_MILLIS = 100;
    private static final Pattern REQUEST_ID = Pattern.compile("\"requestId\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern DEADLINE = Pattern.compile("\"deadlineMs\"\\s*:\\s*(\\d+)");

    private final String api;
    private final String identifier;
    private final InvocationEnd invocationEnd;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition anotherAnswer = lock.newCondition();
    /** The id of the invocation that was answered last; a process has one invocation at a time. */
    private String answered = "";

    private volatile boolean active;

    private InvocationExtension(String api, String identifier, InvocationEnd invocationEnd, Clock clock) {
        this.api = api;
        this.identifier = identifier;
        this.active = !identifier.isEmpty();
        this.invocationEnd = invocationEnd;
        this.clock = clock;
    }

    /**
     * Registers the extension, and starts a thread that asks for its events.
     *
     * @param api host and port of the Lambda runtime API; empty outside of Lambda
     */
    static InvocationExtension start(String api, InvocationEnd invocationEnd, Clock clock) {
        InvocationExtension extension =
                new InvocationExtension(api, api.isEmpty() ? "" : register(api), invocationEnd, clock);
        if (extension.isActive()) {
            Thread.ofPlatform().name("lambda-extension").daemon().start(extension::serve);
        }
        return extension;
    }

    /** Whether the extension keeps the process awake after an answer. */
    boolean isActive() {
        return active;
    }

    /** To be called when the answer of this invocation was written. */
    void answered(String requestId) {
        lock.lock();
        try {
            answered = requestId;
            anotherAnswer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitAnswer(String requestId, Instant end) throws InterruptedException {
        lock.lock();
        try {
            while (!answered.equals(requestId) && clock.instant().isBefore(end)) {
                boolean unused = anotherAnswer.await(end.toEpochMilli() - clock.millis(), TimeUnit.MILLISECONDS);
            }
            // Lambda retries an invocation under the same id.
            answered = "";
        } finally {
            lock.unlock();
        }
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
                        "No Lambda extension could be registered (status %d); an answer waits until the calls under way have ended",
                        connection.getResponseCode());
                return "";
            }
            return identifier;
        } catch (IOException unreachable) {
            LOG.infof(
                    "No Lambda extension could be registered; an answer waits until the calls under way have ended: %s",
                    unreachable.getMessage());
            return "";
        }
    }

    /**
     * Asks for events until the process ends, whatever fails: for an extension that has stopped, Lambda would wait until
     * the time-out of each invocation.
     */
    private void serve() {
        try {
            while (true) {
                try {
                    String event = next();
                    active = true;
                    serve(event);
                } catch (IOException lost) {
                    active = false;
                    LOG.error(
                            "The extension cannot reach Lambda; meanwhile an answer waits until the calls under way have ended",
                            lost);
                    TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
                } catch (RuntimeException | Error failed) {
                    LOG.error("The work at the end of an invocation failed", failed);
                }
            }
        } catch (InterruptedException ending) {
            active = false;
            Thread.currentThread().interrupt();
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
        awaitAnswer(id.group(1), end);
        invocationEnd.run(new Deadline(end));
    }

    /** Waits for the next invocation. The process may be frozen meanwhile. */
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

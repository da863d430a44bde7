package dev.afterimage.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One tab of a {@link Chromium}. Waits happen in the page, by a condition; none by the clock. */
public final class BrowserTab implements WebSocket.Listener {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 60;

    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final StringBuilder partial = new StringBuilder();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
    private WebSocket socket;

    static BrowserTab attach(HttpClient http, URI debugger) {
        BrowserTab tab = new BrowserTab();
        tab.socket = http.newWebSocketBuilder().buildAsync(debugger, tab).join();
        List.of("Page.enable", "Runtime.enable", "Log.enable", "DOM.enable").forEach(tab::call);
        return tab;
    }

    /** Goes there, and returns when the page has loaded. */
    public void go(URI address) {
        loaded = new CompletableFuture<>();
        call("Page.navigate", "url", address.toString());
        loaded.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** The value of an expression of the page's own JavaScript; a promise is waited for. */
    public JsonNode evaluate(String expression) {
        JsonNode answer = call(
                "Runtime.evaluate",
                "expression",
                expression,
                "awaitPromise",
                true,
                "returnByValue",
                true,
                "userGesture",
                true);
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.at("/result/value");
    }

    public String text(String selector) {
        return evaluate("document.querySelector('%s').textContent.trim()".formatted(selector))
                .asText();
    }

    public void click(String selector) {
        evaluate("document.querySelector('%s').click()".formatted(selector));
    }

    /** Waits until an expression is true. */
    public void await(String condition) {
        evaluate("""
                new Promise((resolve, reject) => {
                  const give = Date.now() + %d;
                  (function look() {
                    if (%s) resolve();
                    else if (Date.now() > give) reject(new Error('in vain'));
                    else setTimeout(look, 20);
                  })();
                })""".formatted(1000 * PATIENCE_SECONDS, condition));
    }

    /** Presses a key and lets it go, such as {@code Tab}, {@code Enter} or {@code " "}. */
    public void press(String key) {
        int code = switch (key) {
            case "Tab" -> 9;
            case "Enter" -> 13;
            default -> key.charAt(0);
        };
        ObjectNode down = key(key, code, "keyDown");
        if (!key.equals("Tab")) {
            down.put("text", key.equals("Enter") ? "\r" : key);
        }
        call("Input.dispatchKeyEvent", down);
        call("Input.dispatchKeyEvent", key(key, code, "keyUp"));
    }

    private static ObjectNode key(String key, int code, String type) {
        return JSON.createObjectNode()
                .put("type", type)
                .put("key", key)
                .put("code", key.equals(" ") ? "Space" : key)
                .put("windowsVirtualKeyCode", code);
    }

    public void resize(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "width",
                width,
                "height",
                height,
                "deviceScaleFactor",
                1,
                "mobile",
                false);
    }

    /** A visitor who prefers this colour scheme, {@code light} or {@code dark}, and may prefer less motion. */
    public void prefers(String scheme, boolean lessMotion) {
        ObjectNode media = JSON.createObjectNode();
        media.putArray("features")
                .add(JSON.createObjectNode().put("name", "prefers-color-scheme").put("value", scheme))
                .add(JSON.createObjectNode()
                        .put("name", "prefers-reduced-motion")
                        .put("value", lessMotion ? "reduce" : "no-preference"));
        call("Emulation.setEmulatedMedia", media);
    }

    /** Chooses a file in a file input. */
    public void choose(String selector, Path file) {
        int document = call("DOM.getDocument").path("root").path("nodeId").asInt();
        int node = call("DOM.querySelector", "nodeId", document, "selector", selector)
                .get("nodeId")
                .asInt();
        ObjectNode files = JSON.createObjectNode().put("nodeId", node);
        files.putArray("files").add(file.toAbsolutePath().toString());
        call("DOM.setFileInputFiles", files);
    }

    /** What the browser complained about: exceptions, refused resources, failed loads. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    private JsonNode call(String method, Object... parameters) {
        ObjectNode object = JSON.createObjectNode();
        for (int i = 0; i < parameters.length; i += 2) {
            object.putPOJO((String) parameters[i], parameters[i + 1]);
        }
        return call(method, object);
    }

    private JsonNode call(String method, ObjectNode parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).join();
        JsonNode answered =
                answer.orTimeout(2 * PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        if (answered.has("error")) {
            throw new AssertionError(method + ": " + answered.get("error"));
        }
        return answered.path("result");
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            heard(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void heard(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        switch (message.path("method").asText()) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Runtime.exceptionThrown" ->
                complaints.add(message.at("/params/exceptionDetails").toString());
            case "Log.entryAdded" -> {
                JsonNode entry = message.at("/params/entry");
                if (entry.path("level").asText().equals("error")) {
                    complaints.add(entry.path("text").asText() + " "
                            + entry.path("url").asText());
                }
            }
            default -> {
                CompletableFuture<JsonNode> answer =
                        waiting.remove(message.path("id").asInt());
                if (answer != null) {
                    answer.complete(message);
                }
            }
        }
    }
}

package dev.afterimage.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium, spoken to by its own DevTools protocol over the JDK's WebSocket: no driver and no library to keep in
 * step with it.
 */
public final class Chromium implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final String LISTENING = "DevTools listening on ";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final Path profile;
    private final URI devTools;

    private Chromium(Process process, Path profile, URI devTools) {
        this.process = process;
        this.profile = profile;
        this.devTools = devTools;
    }

    /** The browser on this machine's path, if there is one. */
    public static Optional<Path> installed() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public static Chromium start(Path executable) throws IOException {
        Path profile = Files.createTempDirectory("chromium");
        Process process = new ProcessBuilder(
                        executable.toString(),
                        "--headless=new",
                        "--no-sandbox", // it shows nothing but our own page, and refuses to run as root otherwise
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--force-color-profile=srgb",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader says = process.errorReader();
        for (String line = says.readLine(); line != null; line = says.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread.ofVirtual().start(() -> drain(says));
                return new Chromium(process, profile, URI.create(line.substring(LISTENING.length())));
            }
        }
        throw new IOException("Chromium did not start: exit code " + process.exitValue());
    }

    /** Reads on, or the browser would block on a full pipe some time. */
    private static void drain(BufferedReader says) {
        try {
            says.transferTo(Writer.nullWriter());
        } catch (IOException closed) {
            // With the browser.
        }
    }

    /** A new tab at this address. */
    public BrowserTab open(URI address) throws IOException, InterruptedException {
        URI create = URI.create("http://" + devTools.getAuthority() + "/json/new?about:blank");
        HttpRequest request = HttpRequest.newBuilder(create)
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        JsonNode target = new ObjectMapper()
                .readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        BrowserTab tab = BrowserTab.attach(
                http, URI.create(target.get("webSocketDebuggerUrl").asText()));
        tab.go(address);
        return tab;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }
}

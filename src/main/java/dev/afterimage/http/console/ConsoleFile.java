package dev.afterimage.http.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * One file of the console.
 *
 * @param name in {@code /console} of the class path
 * @param contentType as it is sent
 */
record ConsoleFile(String name, String contentType) {

    private static final String SCRIPT = "text/javascript; charset=utf-8";

    /** The page itself. */
    static final ConsoleFile PAGE = new ConsoleFile("index.html", "text/html; charset=utf-8");

    /** What the page refers to. Listed, so that a path can name nothing else. */
    static final List<ConsoleFile> PARTS = List.of(
            new ConsoleFile("console.css", "text/css; charset=utf-8"),
            new ConsoleFile("icon.svg", "image/svg+xml"),
            new ConsoleFile("theme.js", SCRIPT),
            new ConsoleFile("main.js", SCRIPT),
            new ConsoleFile("page.js", SCRIPT),
            new ConsoleFile("api.js", SCRIPT),
            new ConsoleFile("tabs.js", SCRIPT),
            new ConsoleFile("examples.js", SCRIPT),
            new ConsoleFile("ask.js", SCRIPT),
            new ConsoleFile("links.js", SCRIPT),
            new ConsoleFile("operate.js", SCRIPT),
            new ConsoleFile("live.js", SCRIPT),
            new ConsoleFile("chart.js", SCRIPT),
            new ConsoleFile("stampede.js", SCRIPT),
            new ConsoleFile("catalogue.js", SCRIPT));

    /** Read anew each time: it is a few kilobytes for one developer, who may be editing them. */
    byte[] content() {
        try (InputStream file = ConsoleFile.class.getResourceAsStream("/console/" + name)) {
            if (file == null) {
                throw new IllegalStateException("This build lacks the console's file " + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.afterimage.wiring;

import dev.afterimage.http.auth.CallerKeys;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Starts the service. With {@code --new-key name role…} it makes a key for a client instead. With {@code --healthy} its
 * exit code says whether the service on this machine is ready, for containers, which have no other program to ask.
 */
@QuarkusMain
public final class Main {

    private static final String NEW_KEY = "--new-key";
    private static final String HEALTHY = "--healthy";
    private static final String DEFAULT_PORT = "8080";
    private static final int PATIENCE_MILLIS = 4_000;

    private Main() {}

    public static void main(String... arguments) {
        if (arguments.length > 0 && arguments[0].equals(NEW_KEY)) {
            System.exit(newKey(Arrays.asList(arguments).subList(1, arguments.length), System.out, System.err));
        }
        if (arguments.length > 0 && arguments[0].equals(HEALTHY)) {
            System.exit(healthy(arguments.length > 1 ? arguments[1] : DEFAULT_PORT));
        }
        Quarkus.run(arguments);
    }

    /** 0 when the service at this port is ready, else 1. */
    static int healthy(String port) {
        try {
            HttpURLConnection ready = (HttpURLConnection) URI.create("http://localhost:" + port + "/q/health/ready")
                    .toURL()
                    .openConnection();
            ready.setConnectTimeout(PATIENCE_MILLIS);
            ready.setReadTimeout(PATIENCE_MILLIS);
            return ready.getResponseCode() == HttpURLConnection.HTTP_OK ? 0 : 1;
        } catch (IOException | IllegalArgumentException e) {
            return 1;
        }
    }

    /**
     * Prints a new key, which cannot be printed again, and its lines of configuration. Returns 0, or 2 for wrong
     * arguments.
     */
    static int newKey(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.size() < 2) {
            err.println(
                    "Say for whom and what for: " + NEW_KEY + " name role…, such as: " + NEW_KEY + " shop ask batch");
            return 2;
        }
        String name = arguments.getFirst();
        List<String> roles = arguments.subList(1, arguments.size());
        try {
            roles.forEach(role -> CallerKeys.role(NEW_KEY, role));
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
        String key = CallerKeys.generate(new SecureRandom());
        String hash = CallerKeys.hash(key);
        out.println(key);
        out.println();
        out.println("Give the line above to " + name + ": it is shown this once. The service knows its hash only:");
        out.println("afterimage.auth.mode=keys");
        out.println("afterimage.auth.keys.\"" + name + "\".hash=" + hash);
        out.println("afterimage.auth.keys.\"" + name + "\".roles=" + String.join(",", roles));
        out.println("or, as a line of the file that afterimage.auth.key-file names:");
        out.println(name + " " + String.join(",", roles) + " " + hash);
        return 0;
    }
}

package dev.afterimage.testing;

import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.jobs.Job.Subject;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.TimeOrderedIds;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A receiver of callbacks with a prepared status. Hosts that begin with "private" are forbidden. */
public final class CallbackReceiver implements Callbacks.Transport, Callbacks.Bodies {

    public static final String SECRET = "0123456789abcdef0123456789abcdef";

    /** What was posted. */
    public record Post(URI url, Map<String, String> headers, String body) {}

    public final List<Post> posts = new ArrayList<>();
    private final Map<Subject, Callbacks.Body> bodies = new HashMap<>();
    private int status = 200;
    private boolean silent;

    /** Callbacks that come here. */
    public Callbacks callbacks(JobQueue queue, Clock clock, String... secrets) {
        return new Callbacks(List.of(secrets), this, this, queue, new TimeOrderedIds(clock, new Random(5)), clock);
    }

    public void answer(int newStatus) {
        status = newStatus;
    }

    /** Does not answer. */
    public void silent(boolean isSilent) {
        silent = isSilent;
    }

    /** The callback body of a subject; that of others is {@code {}}. */
    public void know(Subject subject, Callbacks.Body body) {
        bodies.put(subject, body);
    }

    @Override
    public void check(URI url) {
        if (String.valueOf(url.getHost()).startsWith("private")) {
            throw new InvalidRequestException("Let callback have a public address.", "callback");
        }
    }

    @Override
    public int post(URI url, Map<String, String> headers, String body) throws IOException {
        check(url);
        posts.add(new Post(url, headers, body));
        if (silent) {
            throw new IOException("no answer");
        }
        return status;
    }

    @Override
    public Callbacks.Body of(Subject subject) {
        return bodies.getOrDefault(subject, new Callbacks.Body.Ready("{}"));
    }
}

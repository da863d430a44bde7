package dev.afterimage.redis;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.NewerFormatException;
import dev.afterimage.limit.Lane;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import dev.afterimage.time.Pause;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The job queue in Redis: a sorted set for each lane, ordered by the time when a job may be handed out. A delay and a
 * claim both move that time into the future, so a job is never in two places. One script carries out each operation
 * atomically.
 *
 * <p>Jobs last only as long as the server's memory, so the server must append each write to a file and must not evict
 * keys; {@link #defectOf} checks that.
 */
public final class RedisJobQueue implements JobQueue {

    private static final System.Logger LOG = System.getLogger(RedisJobQueue.class.getName());
    private static final RedisScript SCRIPT = RedisScript.named("queue");

    /** The most jobs that one script queues; more would make the other clients of the server wait. */
    private static final int MOST_JOBS = 500;

    /** How often an empty queue is asked while a claim waits. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final RedisLink link;
    private final List<String> keys;
    private final Duration visibilityTimeout;
    private final Pause pause;
    private final Supplier<String> fixedTime;

    /**
     * A queue for all processes with this prefix.
     *
     * @param fixedTime a clock for tests: milliseconds since 1970; an empty string for the server's time
     */
    public RedisJobQueue(
            RedisLink link, String prefix, Duration visibilityTimeout, Pause pause, Supplier<String> fixedTime) {
        this.link = link;
        String queue = "{" + prefix + ":queue}:";
        this.keys = Stream.of("interactive", "bulk", "bodies", "states", "since", "dead", "reasons", "claims")
                .map(queue::concat)
                .toList();
        this.visibilityTimeout = visibilityTimeout;
        this.pause = pause;
        this.fixedTime = fixedTime;
    }

    /**
     * Why the server's configuration could lose jobs, and what the operator must set; empty when jobs are safe.
     *
     * @throws QueueUnavailableException when the server cannot be reached
     */
    public static Optional<String> defectOf(RedisLink link) {
        String facts = RedisUnavailableException.forQueue(() -> info(link, "persistence") + info(link, "memory"));
        if (!facts.contains("aof_enabled:1")) {
            return Optional.of(
                    "afterimage.queue=redis needs a Redis that appends each write to a file, or jobs that were"
                            + " accepted are lost with it: set appendonly yes there, or choose another queue.");
        }
        if (facts.contains("maxmemory_policy:allkeys")) {
            return Optional.of(
                    "afterimage.queue=redis needs a Redis that evicts no jobs: set maxmemory-policy noeviction"
                            + " (or volatile-ttl) there, or choose another queue.");
        }
        return Optional.empty();
    }

    private static String info(RedisLink link, String section) {
        return String.valueOf(link.call(Request.cmd(Command.INFO).arg(section)));
    }

    @Override
    public void enqueue(List<Job> jobs, Duration delay) {
        for (int from = 0; from < jobs.size(); from += MOST_JOBS) {
            List<String> arguments = new ArrayList<>(List.of(millis(delay)));
            for (Job job : jobs.subList(from, Math.min(jobs.size(), from + MOST_JOBS))) {
                arguments.addAll(List.of(place(job.lane()), job.id(), JobCodec.encode(job)));
            }
            run("enqueue", arguments);
        }
    }

    @Override
    public List<Claim> claim(Set<Lane> lanes, int max, Duration wait) throws InterruptedException {
        Duration left = wait;
        List<Claim> claims = claim(lanes, max);
        while (claims.isEmpty() && left.isPositive()) {
            Duration next = left.compareTo(POLL_INTERVAL) < 0 ? left : POLL_INTERVAL;
            pause.await(next);
            left = left.minus(next);
            claims = claim(lanes, max);
        }
        return claims;
    }

    private List<Claim> claim(Set<Lane> lanes, int max) {
        String places = String.join("", lanes.stream().map(RedisJobQueue::place).toList());
        ScriptReply handed = run("claim", List.of(millis(visibilityTimeout), Integer.toString(max), places));
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < handed.size(); i += 6) {
            int at = i;
            String receipt = handed.word(i + 3);
            try {
                read(handed.word(i))
                        .ifPresentOrElse(
                                job -> claims.add(new Claim(
                                        job, (int) handed.number(at + 1), (int) handed.number(at + 2), receipt)),
                                // Not counted as a delivery: a version that cannot read the job finds out nothing
                                // about it.
                                () -> run(
                                        "retry",
                                        List.of(
                                                handed.word(at + 4),
                                                handed.word(at + 5),
                                                receipt,
                                                millis(visibilityTimeout),
                                                "0")));
            } catch (IllegalArgumentException damaged) {
                run("dead-letter", List.of(handed.word(i + 4), handed.word(i + 5), receipt, "This is not a job."));
            }
        }
        return claims;
    }

    /**
     * Reads a job. Empty for one that a newer version wrote: it stays on the queue, and is handed out again after the
     * visibility timeout.
     */
    private static Optional<Job> read(String body) {
        try {
            return Optional.of(JobCodec.decode(body));
        } catch (NewerFormatException newer) {
            LOG.log(Level.WARNING, newer.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public boolean extend(Claim claim) {
        return changeClaimed("extend", claim, millis(visibilityTimeout));
    }

    @Override
    public boolean complete(Claim claim) {
        return changeClaimed("complete", claim);
    }

    @Override
    public boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        return changeClaimed("retry", claim, millis(delay), countsAsAttempt ? "1" : "0");
    }

    @Override
    public boolean deadLetter(Claim claim, String reason) {
        return changeClaimed("dead-letter", claim, reason);
    }

    /** Changes a claimed job. Returns whether the claim was still held; else nothing is changed. */
    private boolean changeClaimed(String action, Claim claim, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of(place(claim.job().lane()), claim.job().id(), claim.receiptHandle()));
        arguments.addAll(List.of(more));
        return run(action, arguments).number() == 1;
    }

    @Override
    public int redrive(int max, Consumer<Job> before) {
        int redriven = 0;
        int skipped = 0;
        while (redriven < max) {
            ScriptReply letters =
                    run("dead-letters", List.of(Integer.toString(skipped), Integer.toString(skipped + max - redriven)));
            if (letters.size() == 0) {
                break;
            }
            for (int i = 0; i < letters.size(); i++) {
                if (redrive(readable(letters.word(i)), before)) {
                    redriven++;
                } else {
                    skipped++;
                }
            }
        }
        return redriven;
    }

    private boolean redrive(Optional<Job> letter, Consumer<Job> before) {
        letter.ifPresent(before);
        return letter.filter(job ->
                        run("redrive", List.of(place(job.lane()), job.id())).number() == 1)
                .isPresent();
    }

    /** Reads a dead letter. Empty also for one that is no job, which cannot be put back. */
    private static Optional<Job> readable(String body) {
        try {
            return read(body);
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    @Override
    public QueueStatus status() {
        ScriptReply counts = run("status", List.of());
        return new QueueStatus(
                counts.number(0), counts.number(1), Optional.of(Duration.ofMillis(counts.number(2))), counts.number(3));
    }

    @Override
    public Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    private ScriptReply run(String action, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(action, fixedTime.get()));
        all.addAll(arguments);
        return RedisUnavailableException.forQueue(() -> SCRIPT.call(link, keys, all));
    }

    /** The lane's number among the script's keys. */
    private static String place(Lane lane) {
        return lane == Lane.INTERACTIVE ? "1" : "2";
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}

package dev.afterimage.local;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.NewerFormatException;
import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The job queue in SQLite: a table of jobs, and one of dead letters. A job is visible from a certain time on; a claim,
 * and each extension of it, sets that time to one visibility timeout from now. New jobs and dead letters are synced.
 * Claims and ends of jobs are not: when a power cut loses one, the job is delivered once more, which costs nothing.
 */
public final class SqliteJobQueue implements JobQueue {

    private static final Logger LOG = Logger.getLogger(SqliteJobQueue.class);

    /** How often an empty queue is asked again while a claim waits. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final Access database;
    private final Duration visibilityTimeout;
    private final Clock clock;
    private final Pause pause;

    public SqliteJobQueue(Database database, Duration visibilityTimeout, Clock clock, Pause pause) {
        this.database = database.failingWith(QueueUnavailableException::new);
        this.visibilityTimeout = visibilityTimeout;
        this.clock = clock;
        this.pause = pause;
    }

    /** A row that was claimed. */
    private record Taken(long number, long claims, int attempts, int deliveries, String body) {

        String receipt() {
            return number + "-" + claims;
        }
    }

    @Override
    public void enqueue(List<Job> jobs, Duration delay) {
        long now = clock.millis();
        long visibleAt = clock.instant().plus(delay).toEpochMilli();
        List<String> bodies = jobs.stream().map(JobCodec::encode).toList();
        database.changeSynced(session -> {
            for (int i = 0; i < bodies.size(); i++) {
                session.update(
                        "INSERT INTO job (lane, visible_at, created_at, body) VALUES (?, ?, ?, ?)",
                        jobs.get(i).lane().name(),
                        visibleAt,
                        now,
                        bodies.get(i));
            }
            return bodies.size();
        });
    }

    @Override
    public List<Claim> claim(Set<Lane> lanes, int max, Duration wait) throws InterruptedException {
        Deadline deadline = Deadline.in(wait, clock);
        while (true) {
            List<Claim> claims = isAnythingVisible(lanes) ? claimNow(lanes, max) : List.of();
            Duration left = deadline.remaining(clock);
            if (!claims.isEmpty() || left.isZero()) {
                return claims;
            }
            pause.await(left.compareTo(POLL_INTERVAL) < 0 ? left : POLL_INTERVAL);
        }
    }

    /** Whether a job is visible. A read, so that a waiting claim writes nothing to the disk. */
    private boolean isAnythingVisible(Set<Lane> lanes) {
        long now = clock.millis();
        return database.read(session -> {
            for (Lane lane : lanes) {
                if (session.number(
                                "SELECT EXISTS (SELECT 1 FROM job WHERE lane = ? AND visible_at <= ?)",
                                lane.name(),
                                now)
                        > 0) {
                    return true;
                }
            }
            return false;
        });
    }

    private List<Claim> claimNow(Set<Lane> lanes, int max) {
        long now = clock.millis();
        List<Taken> taken = database.change(session -> {
            List<Taken> all = new ArrayList<>();
            // In the order of the enum: interactive first.
            for (Lane lane : Lane.values()) {
                if (lanes.contains(lane) && all.size() < max) {
                    all.addAll(take(session, lane, max - all.size(), now));
                }
            }
            return all;
        });
        List<Claim> claims = new ArrayList<>();
        for (Taken one : taken) {
            try {
                Job job = JobCodec.decode(one.body());
                claims.add(new Claim(job, one.attempts(), one.deliveries(), one.receipt()));
            } catch (NewerFormatException newer) {
                // Its claim ends after the visibility timeout; a newer process can then read it. Not counted as a
                // delivery: a version that cannot read the job finds out nothing about it.
                LOG.warn(newer.getMessage());
                database.change(session -> session.update(
                        "UPDATE job SET deliveries = 0 WHERE number = ? AND claims = ?", one.number(), one.claims()));
            } catch (RuntimeException damaged) {
                deadLetter(one.number(), one.claims(), null, one.body(), "This is not a job.", 0);
            }
        }
        return claims;
    }

    private List<Taken> take(Session session, Lane lane, int max, long now) throws SQLException {
        List<Taken> taken = session.list(
                "UPDATE job SET visible_at = ?, claims = claims + 1, deliveries = deliveries + 1 WHERE number IN"
                        + " (SELECT number FROM job WHERE lane = ? AND visible_at <= ? ORDER BY visible_at, number LIMIT ?)"
                        + " RETURNING number, claims, attempts, deliveries, body",
                row -> new Taken(row.getLong(1), row.getLong(2), row.getInt(3), row.getInt(4), row.getString(5)),
                now + visibilityTimeout.toMillis(),
                lane.name(),
                now,
                max);
        taken.sort(Comparator.comparingLong(Taken::number));
        return taken;
    }

    @Override
    public boolean extend(Claim claim) {
        return changed(
                claim,
                "UPDATE job SET visible_at = ?",
                clock.instant().plus(visibilityTimeout).toEpochMilli());
    }

    @Override
    public boolean complete(Claim claim) {
        return changed(claim, "DELETE FROM job");
    }

    @Override
    public boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        return changed(
                claim,
                "UPDATE job SET visible_at = ?, attempts = attempts + ?, deliveries = 0, claims = claims + 1",
                clock.instant().plus(delay).toEpochMilli(),
                countsAsAttempt ? 1 : 0);
    }

    /** Changes a claimed job. Returns whether the claim was still held; else nothing is changed. */
    private boolean changed(Claim claim, String change, Object... values) {
        List<@Nullable Object> all = new ArrayList<>(List.of(values));
        all.add(numberOf(claim));
        all.add(claimsOf(claim));
        return database.change(session -> session.update(change + " WHERE number = ? AND claims = ?", all.toArray()))
                > 0;
    }

    @Override
    public boolean deadLetter(Claim claim, String reason) {
        Job job = claim.job();
        return deadLetter(
                numberOf(claim), claimsOf(claim), job.lane().name(), JobCodec.encode(job), reason, claim.attempts());
    }

    /** Moves a job to the dead letters. One without a lane is no valid job, and is never redriven. */
    private boolean deadLetter(
            long number, long claims, @Nullable String lane, String body, String reason, int attempts) {
        long now = clock.millis();
        return database.changeSynced(session -> {
            if (session.update("DELETE FROM job WHERE number = ? AND claims = ?", number, claims) == 0) {
                return false;
            }
            session.update(
                    "INSERT INTO dead_letter (lane, body, reason, attempts, buried_at) VALUES (?, ?, ?, ?, ?)",
                    lane,
                    body,
                    reason,
                    attempts,
                    now);
            return true;
        });
    }

    /** A dead letter. */
    private record Letter(long number, String body) {}

    /** The oldest dead letters by number, without those that a newer version wrote. */
    private Map<Long, Job> readableLetters(int max) {
        Map<Long, Job> readable = new LinkedHashMap<>();
        long last = 0;
        while (readable.size() < max) {
            long after = last;
            List<Letter> letters = database.read(session -> session.list(
                    "SELECT number, body FROM dead_letter WHERE lane IS NOT NULL AND number > ? ORDER BY number LIMIT ?",
                    row -> new Letter(row.getLong(1), row.getString(2)),
                    after,
                    max - readable.size()));
            if (letters.isEmpty()) {
                break;
            }
            for (Letter letter : letters) {
                try {
                    readable.put(letter.number(), JobCodec.decode(letter.body()));
                } catch (NewerFormatException newer) {
                    LOG.warn(newer.getMessage());
                }
            }
            last = letters.getLast().number();
        }
        return readable;
    }

    @Override
    public int redrive(int max, Consumer<Job> before) {
        Map<Long, Job> oldest = readableLetters(max);
        oldest.values().forEach(before);
        long now = clock.millis();
        return database.changeSynced(session -> {
            int redriven = 0;
            for (long letter : oldest.keySet()) {
                session.update(
                        "INSERT INTO job (lane, visible_at, created_at, body)"
                                + " SELECT lane, ?, ?, body FROM dead_letter WHERE number = ?",
                        now,
                        now,
                        letter);
                redriven += session.update("DELETE FROM dead_letter WHERE number = ?", letter);
            }
            return redriven;
        });
    }

    @Override
    public QueueStatus status() {
        long now = clock.millis();
        return database.read(session -> new QueueStatus(
                depth(session, Lane.INTERACTIVE),
                depth(session, Lane.BULK),
                Optional.of(Duration.ofMillis(
                        Math.max(0, now - session.number("SELECT coalesce(min(created_at), ?) FROM job", now)))),
                session.number("SELECT count(*) FROM dead_letter")));
    }

    private static long depth(Session session, Lane lane) throws SQLException {
        return session.number("SELECT count(*) FROM job WHERE lane = ?", lane.name());
    }

    @Override
    public Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    private static long numberOf(Claim claim) {
        return Long.parseLong(
                claim.receiptHandle().substring(0, claim.receiptHandle().indexOf('-')));
    }

    private static long claimsOf(Claim claim) {
        return Long.parseLong(
                claim.receiptHandle().substring(claim.receiptHandle().indexOf('-') + 1));
    }
}

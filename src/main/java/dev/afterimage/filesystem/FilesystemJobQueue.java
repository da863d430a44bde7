package dev.afterimage.filesystem;

import dev.afterimage.limit.Lane;
import dev.afterimage.pregeneration.queue.Claim;
import dev.afterimage.pregeneration.queue.Job;
import dev.afterimage.pregeneration.queue.JobCodec;
import dev.afterimage.pregeneration.queue.JobQueue;
import dev.afterimage.pregeneration.queue.QueueStatus;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The job queue as files under {@code queue/}, shared by any number of processes of one machine, without a server. A job is
 * claimed by a rename, so one process gets it; a process that is killed leaves its claims to run out. See {@link SegmentFolders}
 * for the files.
 */
public final class FilesystemJobQueue implements JobQueue {

    /** Between two looks into an empty queue. */
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(50);

    private final DataDirectory directory;
    private final Duration visibilityTimeout;
    private final Clock clock;
    private final Pause pause;
    private final Map<Lane, QueueLane> lanes = new EnumMap<>(Lane.class);
    private final DeadLetterFolder deadLetters;
    private final Map<String, QueueLane.Held> held = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final JobIntake intake = new JobIntake(this::write);
    private final Redrive redrive;

    public FilesystemJobQueue(DataDirectory directory, Duration visibilityTimeout, Clock clock, Pause pause) {
        this.directory = directory;
        this.visibilityTimeout = visibilityTimeout;
        this.clock = clock;
        this.pause = pause;
        for (Lane lane : Lane.values()) {
            String folder = "queue/" + lane.name().toLowerCase(Locale.ROOT);
            lanes.put(lane, new QueueLane(directory, directory.path(folder)));
        }
        this.deadLetters = new DeadLetterFolder(directory, directory.path("queue/dead"));
        this.redrive = new Redrive(deadLetters, intake);
    }

    @Override
    public void enqueue(List<Job> jobs, Duration delay) {
        try {
            intake.put(jobs, clock.instant().plus(delay));
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private void write(Lane lane, List<String> lines, Instant due) throws IOException {
        lock.lock();
        try {
            files(lane).put(lines, due, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Claim> claim(Set<Lane> wanted, int max, Duration wait) throws InterruptedException {
        Deadline deadline = Deadline.in(wait, clock);
        while (true) {
            List<Claim> claims = locked(() -> claimNow(wanted, max));
            Duration left = deadline.remaining(clock);
            if (!claims.isEmpty() || left.isZero()) {
                return claims;
            }
            pause.await(left.compareTo(LOOK_AGAIN_AFTER) < 0 ? left : LOOK_AGAIN_AFTER);
        }
    }

    private List<Claim> claimNow(Set<Lane> wanted, int max) throws IOException {
        List<Claim> claims = new ArrayList<>();
        // In the order of the enum: interactive first.
        for (Lane lane : Lane.values()) {
            if (!wanted.contains(lane) || claims.size() == max) {
                continue;
            }
            QueueLane files = files(lane);
            for (QueueLane.Held one : files.claim(max - claims.size(), clock.instant(), visibilityTimeout)) {
                claim(files, one).ifPresent(claims::add);
            }
        }
        return claims;
    }

    private Optional<Claim> claim(QueueLane files, QueueLane.Held one) throws IOException {
        String line = one.segment().line(one.mark().index());
        try {
            Job job = JobCodec.decode(line);
            held.put(one.mark().token(), one);
            return Optional.of(new Claim(
                    job,
                    one.mark().attempts(),
                    one.mark().deliveries(),
                    one.mark().token()));
        } catch (RuntimeException damaged) {
            deadLetters.bury(line, "This is not a job.", one.mark().attempts(), clock.instant());
            files.end(one);
            return Optional.empty();
        }
    }

    @Override
    public boolean extend(Claim claim) {
        return locked(() -> {
            QueueLane.Held one = held.get(claim.receipt());
            if (one == null) {
                return false;
            }
            Optional<QueueLane.Held> extended = files(claim.job().lane())
                    .change(one, one.mark().extended(clock.instant().plus(visibilityTimeout)));
            extended.ifPresentOrElse(now -> held.put(claim.receipt(), now), () -> held.remove(claim.receipt()));
            return extended.isPresent();
        });
    }

    @Override
    public boolean complete(Claim claim) {
        return locked(() -> end(claim));
    }

    private boolean end(Claim claim) throws IOException {
        QueueLane.Held one = held.remove(claim.receipt());
        return one != null && files(claim.job().lane()).end(one);
    }

    @Override
    public boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        return locked(() -> {
            QueueLane.Held one = held.remove(claim.receipt());
            return one != null
                    && files(claim.job().lane())
                            .change(one, one.mark().putBack(clock.instant().plus(delay), countsAsAttempt))
                            .isPresent();
        });
    }

    @Override
    public boolean bury(Claim claim, String reason) {
        return locked(() -> {
            if (!held.containsKey(claim.receipt())) {
                return false;
            }
            deadLetters.bury(JobCodec.encode(claim.job()), reason, claim.attempts(), clock.instant());
            return end(claim);
        });
    }

    @Override
    public int redrive(int max) {
        return locked(() -> redrive.run(max, clock.instant()));
    }

    @Override
    public QueueStatus status() {
        try {
            Instant now = clock.instant();
            Duration oldest = Duration.ZERO;
            for (QueueLane lane : lanes.values()) {
                Duration age = lane.oldest()
                        .map(created -> Duration.between(created, now))
                        .orElse(Duration.ZERO);
                oldest = age.compareTo(oldest) > 0 ? age : oldest;
            }
            return new QueueStatus(
                    files(Lane.INTERACTIVE).depth(), files(Lane.BULK).depth(), oldest, deadLetters.size());
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    private QueueLane files(Lane lane) {
        return java.util.Objects.requireNonNull(lanes.get(lane));
    }

    private <T> T locked(IoCall<T> work) {
        lock.lock();
        try {
            return work.call();
        } catch (IOException e) {
            throw unavailable(e);
        } finally {
            lock.unlock();
        }
    }

    private QueueUnavailableException unavailable(IOException e) {
        return new QueueUnavailableException(directory.explain(e), e);
    }
}

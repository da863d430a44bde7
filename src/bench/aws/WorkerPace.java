import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * How many queued jobs a second the workers end: a simulation, run with {@code java src/bench/aws/WorkerPace.java}.
 *
 * <p>The model: a queue that is never empty; each worker takes a batch, works on all its jobs at once, and takes the next
 * batch when the slowest has ended (Lambda's event source mapping, 50 ms between two batches); a job waits for the next permit
 * of the bulk lane and then for the provider, 2 s with a standard deviation of 0.5 s, and is stored in 50 ms.
 */
final class WorkerPace {

    private static final double CALLS_A_SECOND = 10;
    private static final double BULK_SHARE = 0.8;
    private static final double CALL_MEAN = 2;
    private static final double CALL_DEVIATION = 0.5;
    private static final double STORED = 0.050;
    private static final double BETWEEN_BATCHES = 0.050;
    private static final double SECONDS = 3600;

    private WorkerPace() {}

    private static double jobsASecond(int workers, int batch) {
        SplittableRandom random = new SplittableRandom(17);
        PriorityQueue<Double> free = new PriorityQueue<>();
        for (int worker = 0; worker < workers; worker++) {
            free.add(0.0);
        }
        double lastPermit = 0;
        long done = 0;
        while (free.peek() < SECONDS) {
            double taken = free.poll();
            double slowest = taken;
            for (int job = 0; job < batch; job++) {
                lastPermit = Math.max(taken, lastPermit + 1 / (CALLS_A_SECOND * BULK_SHARE));
                slowest = Math.max(slowest, lastPermit + callTime(random) + STORED);
            }
            done += batch;
            free.add(slowest + BETWEEN_BATCHES);
        }
        return done / SECONDS;
    }

    private static double callTime(SplittableRandom random) {
        double variance = Math.log(1 + Math.pow(CALL_DEVIATION / CALL_MEAN, 2));
        return Math.exp(Math.log(CALL_MEAN) - variance / 2 + Math.sqrt(variance) * random.nextGaussian());
    }

    public static void main(String[] args) {
        int[][] settings = {{2, 5}, {2, 10}, {3, 10}, {4, 10}};
        for (int[] setting : settings) {
            System.out.printf(
                    Locale.ROOT,
                    "%d workers, batches of %d: %.1f jobs a second of %.0f allowed%n",
                    setting[0],
                    setting[1],
                    jobsASecond(setting[0], setting[1]),
                    CALLS_A_SECOND * BULK_SHARE);
        }
    }
}

import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * How many hits Lambda refuses because misses hold its executions: a simulation, run with {@code java
 * src/bench/aws/RefusedHits.java}. It needs nothing but a JDK, takes a second, and says the same each time.
 *
 * <p>The model: people ask at random 100 times a second; a part of that are misses, each of another image; the provider takes
 * 10 calls a second, handed out in the order of arrival, and takes 2.2 s for one (lognormal, standard deviation 0.5 s). A miss
 * waits for its permit only if its answer can then be expected before the deadline; else it is a job on the queue, and 202 at
 * once. An execution is taken from its event until its call has landed, also past the answer. Who comes while all are taken
 * is refused, hit or miss. Jobs on the queue are worked off by other functions; that these take permits, too, is left out,
 * since it would only take fewer executions.
 */
final class RefusedHits {

    private static final double REQUESTS_A_SECOND = 100;
    private static final double CALLS_A_SECOND = 10;
    private static final double HIT = 0.020;
    private static final double QUEUED = 0.040;
    private static final double STORED = 0.050;
    private static final double CALL_MEAN = 2.2;
    private static final double CALL_DEVIATION = 0.5;
    /** What the service expects of a call: mean and two mean deviations. */
    private static final double EXPECTED = CALL_MEAN + 2 * 0.8 * CALL_DEVIATION;

    private static final double SECONDS = 4 * 3600;
    /** The first minutes, in which executions fill up, are not counted. */
    private static final double WARM_UP = 300;

    private RefusedHits() {}

    /** What became of the requests of one run. */
    private record Run(long hits, long hitsRefused, long misses, long answered, long queued, int mostAtOnce) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.1f %% of hits refused; misses: %.0f %% 200, %.0f %% 202; at most %d at once",
                    100.0 * hitsRefused / hits,
                    100.0 * answered / misses,
                    100.0 * queued / misses,
                    mostAtOnce);
        }

        String refused() {
            return String.format(Locale.ROOT, "%.1f %%", 100.0 * hitsRefused / hits);
        }
    }

    /**
     * One run.
     *
     * @param missShare of all requests, 0 to 1
     * @param deadline until which callers are answered, in seconds
     * @param executions that the function may have at once
     */
    private static Run run(double missShare, double deadline, int executions) {
        SplittableRandom random = new SplittableRandom(17);
        PriorityQueue<Double> ends = new PriorityQueue<>();
        double now = 0;
        double lastPermit = 0;
        long hits = 0;
        long hitsRefused = 0;
        long misses = 0;
        long answered = 0;
        long queued = 0;
        int most = 0;
        while (now < SECONDS) {
            now += -Math.log(1 - random.nextDouble()) / REQUESTS_A_SECOND;
            while (!ends.isEmpty() && ends.peek() <= now) {
                ends.poll();
            }
            boolean miss = random.nextDouble() < missShare;
            boolean counts = now > WARM_UP;
            if (counts && miss) {
                misses++;
            } else if (counts) {
                hits++;
            }
            if (ends.size() == executions) {
                if (counts && !miss) {
                    hitsRefused++;
                }
                continue;
            }
            double permit = Math.max(now, lastPermit + 1 / CALLS_A_SECOND);
            if (!miss) {
                ends.add(now + HIT);
            } else if (permit + EXPECTED > now + deadline) {
                ends.add(now + QUEUED);
                queued += counts ? 1 : 0;
            } else {
                lastPermit = permit;
                double landed = permit + callTime(random) + STORED;
                ends.add(landed);
                answered += counts && landed <= now + deadline ? 1 : 0;
                queued += counts && landed > now + deadline ? 1 : 0;
            }
            most = Math.max(most, ends.size());
        }
        return new Run(hits, hitsRefused, misses, answered, queued, most);
    }

    private static double callTime(SplittableRandom random) {
        double variance = Math.log(1 + Math.pow(CALL_DEVIATION / CALL_MEAN, 2));
        return Math.exp(Math.log(CALL_MEAN) - variance / 2 + Math.sqrt(variance) * random.nextGaussian());
    }

    /** A key that everybody asks for expires: how many executions its followers take until the new image is there. */
    private static String hotKey(double asksASecond, int followers) {
        SplittableRandom random = new SplittableRandom(17);
        double landed = callTime(random) + STORED;
        double now = 0;
        int waiting = 0;
        while (true) {
            now += -Math.log(1 - random.nextDouble()) / asksASecond;
            if (now > landed) {
                return Integer.toString(1 + waiting);
            }
            waiting = Math.min(followers, waiting + 1);
        }
    }

    public static void main(String[] args) {
        double[] shares = {0.1, 0.2, 0.5, 0.9};
        System.out.println("| misses | 25 s, 40 executions | 4 s, 40 executions | 4 s, 60 executions | most at once |");
        System.out.println("| ---: | ---: | ---: | ---: | ---: |");
        for (double share : shares) {
            System.out.printf(
                    Locale.ROOT,
                    "| %.0f %% | %s | %s | %s | %d |%n",
                    100 * share,
                    run(share, 25, 40).refused(),
                    run(share, 4, 40).refused(),
                    run(share, 4, 60).refused(),
                    run(share, 4, Integer.MAX_VALUE).mostAtOnce());
        }
        System.out.println();
        for (double share : shares) {
            System.out.printf(Locale.ROOT, "%.0f %% misses, 4 s, 60 executions: %s%n", 100 * share, run(share, 4, 60));
        }
        System.out.println();
        System.out.println("Executions that one expired key takes when 50 people a second ask for it: "
                + hotKey(50, Integer.MAX_VALUE) + " when all wait, " + hotKey(50, 5)
                + " when five may follow (afterimage.http.max-followers, as template.yaml sets it), 0 when it is served stale while it is made again");
    }
}

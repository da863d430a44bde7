package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.Purchase;
import dev.afterimage.provider.AddressGuard.HostResolver;
import dev.afterimage.provider.DescribedProvider.Parts;
import dev.afterimage.provider.Description.Job;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.time.Deadline;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Polls a job at a provider until its image is there. The image may be billed already, so a failure that may pass (a lost
 * connection, a refused poll) is tried again until the time is up. Then the outcome is unknown; the ticket, which is the
 * job's poll URL, still finds the job later.
 */
final class JobPoller {

    /**
     * How long an API may answer that it does not know a job, because not all of its servers know a new one at once.
     * After that the outcome is unknown.
     */
    private static final Duration UNKNOWN_AT_MOST = Duration.ofSeconds(30);

    private final Job job;
    private final PollGuard guard;
    private final Meanings meanings;
    private final long maxBytes;
    private final Parts parts;
    private final Clock clock;
    /** How long after departure a job that is set down is given up; empty where jobs are not set down. */
    private final Optional<Duration> givenUpAfter;

    /**
     * A poller of one API's jobs.
     *
     * @param timeout how long after its call's departure a job that is set down is polled before it is given up; used
     *     only where jobs are set down
     */
    JobPoller(Job job, PollGuard guard, Meanings meanings, long maxBytes, Duration timeout, Parts parts) {
        this.job = job;
        this.guard = guard;
        this.meanings = meanings;
        this.maxBytes = maxBytes;
        this.parts = parts;
        this.clock = parts.clock();
        this.givenUpAfter = parts.setsJobsDown() ? Optional.of(timeout) : Optional.empty();
    }

    /**
     * A job at the provider.
     *
     * @param ticket the job's poll URL
     * @param headers the headers of a poll
     * @param target the API's own template or model name, encoded for a URL
     * @param attempt the attempt that bought the image, or that goes on with its job
     * @param deadline until when the job is waited for
     */
    record Polled(
            String ticket, Supplier<Map<String, String>> headers, String target, Attempt attempt, Deadline deadline) {}

    /**
     * Whether the answer says that the job has ended with an image.
     *
     * @throws GenerationException when it ended without an image
     */
    boolean isDone(Answer answer) {
        Optional<JsonNode> json = ProviderJson.tree(answer.body());
        String status = json.flatMap(job.status()::textIn).orElse("");
        if (job.moderated().contains(status)) {
            throw Meanings.moderated(": \"" + status + "\"");
        }
        if (job.failed().contains(status)) {
            throw new NotAnImageException("the provider's job ended without an image");
        }
        return job.done().contains(status);
    }

    /**
     * The poll URL of the job that the answer names.
     *
     * @throws NotAnImageException when it names none
     */
    String ticket(Answer answer, String target) {
        return url(job.poll(), answer, target);
    }

    private String url(Text described, Answer answer, String target) {
        JsonNode json = ProviderJson.tree(answer.body())
                .orElseThrow(() -> new NotAnImageException("the provider answered no JSON in which a job could be"));
        return guard.atConfiguredHost(described.fill(name -> name.equals("target")
                ? target
                : JsonPath.of(name)
                        .flatMap(path -> path.textIn(json))
                        .map(text -> described.alone().isPresent() ? text : Destination.segment(text))
                        .orElseThrow(() ->
                                new NotAnImageException("the provider took the job, but its answer has nothing at "
                                        + name + ", so it cannot be polled"))));
    }

    /**
     * Polls until the job has ended.
     *
     * @param firstWait the wait before the first poll; zero or more
     * @return the answer that holds the result
     * @throws GenerationException when it ends without an image or not in time, or is set down until its request comes
     *     back from the queue
     */
    Answer finish(Polled polled, Duration firstWait) {
        try (ProviderWebhooks.Subscription webhooks =
                parts.webhooks().listen(polled.attempt().order().key())) {
            return finish(polled, firstWait, webhooks);
        }
    }

    private Answer finish(Polled polled, Duration firstWait, ProviderWebhooks.Subscription webhooks) {
        Duration wait = firstWait;
        Optional<Instant> unknownSince = Optional.empty();
        while (true) {
            if (unknownSince.filter(this::isTooLongAgo).isPresent()) {
                throw new OutcomeUnknownException("the provider does not know its own job", null);
            }
            if (wait.isPositive()) {
                setDown(wait, polled.attempt(), unknownSince.isPresent());
                await(wait, polled.deadline(), webhooks);
            }
            wait = job.every();
            try {
                Answer answer = get(polled.ticket(), polled);
                Optional<GenerationException> failure = failure(answer);
                boolean unknown = failure.filter(JobPoller::knowsNoSuchJob).isPresent();
                if (failure.isEmpty() && isDone(answer)) {
                    if (job.result().isEmpty()) {
                        return answer;
                    }
                    Answer result = get(url(job.result().get(), answer, polled.target()), polled);
                    failure = failure(result);
                    if (failure.isEmpty()) {
                        return result;
                    }
                    unknown = failure.filter(JobPoller::hasNoSuchResult).isPresent();
                }
                if (unknown) {
                    unknownSince = Optional.of(unknownSince.orElseGet(clock::instant));
                    wait = job.every().multipliedBy(2);
                } else {
                    unknownSince = Optional.empty();
                    wait = failure.map(this::waitAfter).orElse(wait);
                }
            } catch (UnavailableException | OutcomeUnknownException passing) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new OutcomeUnknownException("cancelled while the provider's job was awaited", passing);
                }
            }
        }
    }

    /**
     * Sets the job down, by a {@link JobUnfinishedException}, if its request can come back from the queue for it. The
     * longer the job has taken, the longer the time until then: a quarter of what it has taken, at least {@code wait}, and at most until the job is given up.
     *
     * @param unknown whether the API says that it knows no such job
     */
    private void setDown(Duration wait, Attempt attempt, boolean unknown) {
        Optional<Instant> departed = givenUpAfter.flatMap(any -> attempt.order().setDown());
        if (departed.isEmpty()) {
            return;
        }
        Duration left = Duration.between(clock.instant(), departed.get().plus(givenUpAfter.orElseThrow()));
        if (left.compareTo(wait) < 0 || (unknown && isTooLongAgo(departed.get()))) {
            throw new OutcomeUnknownException("the provider's job has not ended in time", null);
        }
        Duration quarter = Duration.between(departed.get(), clock.instant()).dividedBy(4);
        Duration pause = quarter.compareTo(left) < 0 ? quarter : left;
        throw new JobUnfinishedException(pause.compareTo(wait) > 0 ? pause : wait);
    }

    private boolean isTooLongAgo(Instant unknownSince) {
        return !clock.instant().isBefore(unknownSince.plus(UNKNOWN_AT_MOST));
    }

    /**
     * Whether the provider does not know the job. A rejected poll means that: it has no data to be refused, and the template
     * was accepted.
     */
    private static boolean knowsNoSuchJob(GenerationException failure) {
        return failure instanceof RejectedException rejected && rejected.reason() != RejectedException.Reason.MODERATED;
    }

    /** Whether the result is not there. Any other rejection is final: some APIs refuse the data only with the result. */
    private static boolean hasNoSuchResult(GenerationException failure) {
        return failure instanceof RejectedException rejected && rejected.reason() == RejectedException.Reason.TEMPLATE;
    }

    private Optional<GenerationException> failure(Answer answer) {
        return meanings.failure(answer, clock.instant());
    }

    /** The wait until the next poll after a failure that may pass. Throws a final failure. */
    private Duration waitAfter(GenerationException failure) {
        return switch (failure) {
            case ThrottledException throttled ->
                throttled.retryAfter().orElse(job.every().multipliedBy(2));
            case OutcomeUnknownException passing -> job.every().multipliedBy(2);
            case UnavailableException passing -> job.every().multipliedBy(2);
            // The job was accepted and is paid for: when the operator has mended key or account, its image can be had.
            case AccessRefusedException passing -> job.every().multipliedBy(2);
            case OutOfCreditsException passing -> job.every().multipliedBy(2);
            default -> throw failure;
        };
    }

    private Answer get(String url, Polled polled) {
        if (job.pollsCount()) {
            parts.permits().await(polled.attempt().account(), polled.attempt().lane(), patience(polled));
        }
        try {
            HttpCall poll = HttpCall.get(
                    guard.check(url),
                    polled.headers().get(),
                    maxBytes,
                    polled.deadline().remaining(clock));
            return parts.exchange().exchange(poll, () -> {});
        } catch (UnknownHostException e) {
            throw new UnavailableException("the poll's host has no address", e);
        }
    }

    /**
     * Until when a poll waits for its permit: as long as the job is polled. Where jobs are set down, a poll of the bulk lane
     * waits no longer than its request, because the request can come back for the job.
     */
    private Deadline patience(Polled polled) {
        return givenUpAfter.isPresent() && polled.attempt().lane() == Lane.BULK
                ? polled.deadline().orEarlier(polled.attempt().deadline())
                : polled.deadline();
    }

    private void await(Duration wait, Deadline deadline, ProviderWebhooks.Subscription webhooks) {
        if (!clock.instant().plus(wait).isBefore(deadline.at())) {
            throw new OutcomeUnknownException("the provider's job has not ended in time", null);
        }
        try {
            webhooks.await(wait, parts.pause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the provider's job was awaited", e);
        }
    }

    /**
     * Checks the URLs of polls. A poll sends the API key, so it may go only to the API itself and to hosts that the
     * description names.
     */
    static final class PollGuard {

        private static final Pattern ORIGIN = Pattern.compile("(https?://[^/]*).*");

        private final Destination api;
        private final String describedOrigin;
        private final AddressGuard guard;

        /**
         * A guard for polls.
         *
         * @param api where the API is called
         * @param described the description's own URL; {@code api} replaces its scheme and host
         * @param pollHosts the hosts that the description allows for polls
         * @param allowedHosts the hosts that the operator allows
         */
        PollGuard(
                Destination api,
                String described,
                List<String> pollHosts,
                List<String> allowedHosts,
                HostResolver resolver) {
            this.api = api;
            this.describedOrigin = ORIGIN.matcher(described).replaceFirst("$1");
            this.guard = new AddressGuard(Optional.of(URI.create(api.toString())), allowedHosts, pollHosts, resolver);
        }

        /** Replaces the scheme and host of the described API in a poll URL by those of the configured one. */
        String atConfiguredHost(String url) {
            return !describedOrigin.isEmpty() && url.startsWith(describedOrigin + "/")
                    ? api + url.substring(describedOrigin.length())
                    : url;
        }

        private boolean isAtApi(URI poll) {
            return poll.getHost() != null
                    && poll.getRawUserInfo() == null
                    && poll.getHost().equalsIgnoreCase(api.host())
                    && (api.tls() ? "https" : "http").equalsIgnoreCase(poll.getScheme())
                    && Destination.portOf(poll, api.tls()) == api.port();
        }

        Destination check(String url) throws UnknownHostException {
            try {
                URI poll = new URI(url);
                return isAtApi(poll) ? api.withTarget(Destination.targetOf(poll)) : guard.check(url);
            } catch (URISyntaxException e) {
                throw new NotAnImageException("the provider answered a URL that is none by RFC 3986");
            }
        }
    }

    /** Port: permits for polls, at providers that count polls as calls. */
    @FunctionalInterface
    interface PollPermits {

        /**
         * Waits until the poll may leave.
         *
         * @param account the account with whose key it is sent
         * @throws UnavailableException when it may not leave by the deadline, or the caller was cancelled
         */
        void await(String account, Lane lane, Deadline deadline);

        static PollPermits of(PermitAcquirer permits) {
            return (account, lane, deadline) -> {
                try {
                    if (!(permits.awaitPoll(account, lane, deadline) instanceof Permit.Granted permit)) {
                        throw new UnavailableException("no permit to poll", null);
                    }
                    depart(permits, permit);
                } catch (InterruptedException cancelled) {
                    Thread.currentThread().interrupt();
                    throw new UnavailableException("cancelled before the poll left", cancelled);
                } catch (PermitLapsedException | FleetUnavailableException notNow) {
                    throw new UnavailableException("no permit to poll", notNow);
                }
            };
        }

        private static void depart(PermitAcquirer permits, Permit.Granted permit) {
            try {
                PermitAcquirer.Departure unused = permits.depart(permit, Purchase.ofNothing(permit.token()));
            } catch (RuntimeException notLeft) {
                permits.release(permit);
                throw notLeft;
            }
        }
    }
}

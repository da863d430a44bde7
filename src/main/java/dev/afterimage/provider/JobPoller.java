package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutOfCreditsException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.PermitLapsedException;
import dev.afterimage.limit.Purchase;
import dev.afterimage.provider.AddressGuard.HostResolver;
import dev.afterimage.provider.Description.Job;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
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
 * Waits for an image that a provider makes after it has answered. By then it may be billed, so whatever may pass (a lost
 * connection, a poll that is refused) is tried again until the time is up; then the outcome is unknown, and the
 * ticket, which is the job's poll URL, still finds it.
 */
final class JobPoller {

    /** An API may answer a poll before all of it knows the job that it has just taken; after that it has forgotten it. */
    private static final Duration UNKNOWN_AT_MOST = Duration.ofSeconds(30);

    private final Job job;
    private final Exchange exchange;
    private final PollGuard guard;
    private final PollPermits permits;
    private final Meanings meanings;
    private final long maxBytes;
    private final Clock clock;
    private final Pause pause;

    JobPoller(
            Job job,
            Exchange exchange,
            PollGuard guard,
            PollPermits permits,
            Meanings meanings,
            long maxBytes,
            Clock clock,
            Pause pause) {
        this.job = job;
        this.exchange = exchange;
        this.guard = guard;
        this.permits = permits;
        this.meanings = meanings;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Whether the job has ended, by what the provider says of it.
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
     * The job that the answer names.
     *
     * @throws NotAnImageException when it names none
     */
    String ticket(Answer answer, String target) {
        return url(job.poll(), answer, target);
    }

    private String url(Text described, Answer answer, String target) {
        JsonNode json = ProviderJson.tree(answer.body())
                .orElseThrow(() -> new NotAnImageException("the provider answered no JSON in which a job could be"));
        return guard.moved(described.fill(name -> name.equals("target")
                ? target
                : JsonPath.of(name)
                        .flatMap(path -> path.textIn(json))
                        .map(text -> described.alone().isPresent() ? text : Destination.segment(text))
                        .orElseThrow(() ->
                                new NotAnImageException("the provider took the job, but its answer has nothing at "
                                        + name + ", so nobody can ask for the image"))));
    }

    /**
     * Polls until the job has ended.
     *
     * @return the answer that holds the result
     * @throws GenerationException when it ends without an image, or not in time
     */
    Answer finish(
            String ticket, Supplier<Map<String, String>> headers, String target, Attempt attempt, Deadline deadline) {
        Duration wait = job.every();
        Optional<Instant> unknownSince = Optional.empty();
        while (true) {
            if (unknownSince.filter(this::isTooLongAgo).isPresent()) {
                throw new OutcomeUnknownException("the provider does not know its own job", null);
            }
            await(wait, deadline);
            wait = job.every();
            try {
                Answer answer = get(ticket, headers, attempt, deadline);
                Optional<GenerationException> failure = failure(answer);
                boolean unknown = failure.filter(JobPoller::knowsNoSuchJob).isPresent();
                if (failure.isEmpty() && isDone(answer)) {
                    if (job.result().isEmpty()) {
                        return answer;
                    }
                    Answer result = get(url(job.result().get(), answer, target), headers, attempt, deadline);
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

    private boolean isTooLongAgo(Instant unknownSince) {
        return !clock.instant().isBefore(unknownSince.plus(UNKNOWN_AT_MOST));
    }

    /** A poll holds no data that could be refused, and the template was taken when the job was. */
    private static boolean knowsNoSuchJob(GenerationException failure) {
        return failure instanceof RejectedException rejected && rejected.reason() != RejectedException.Reason.MODERATED;
    }

    /** Some say here what was wrong with the data. */
    private static boolean hasNoSuchResult(GenerationException failure) {
        return failure instanceof RejectedException rejected && rejected.reason() == RejectedException.Reason.TEMPLATE;
    }

    private Optional<GenerationException> failure(Answer answer) {
        return meanings.failure(answer, clock.instant());
    }

    /** What is final is thrown; after anything else the next poll comes later. */
    private Duration waitAfter(GenerationException failure) {
        return switch (failure) {
            case ThrottledException throttled ->
                throttled.retryAfter().orElse(job.every().multipliedBy(2));
            case OutcomeUnknownException passing -> job.every().multipliedBy(2);
            case UnavailableException passing -> job.every().multipliedBy(2);
            // The job was opened with a key that was taken and is paid for; who mends key or account still gets it.
            case AccessRefusedException passing -> job.every().multipliedBy(2);
            case OutOfCreditsException passing -> job.every().multipliedBy(2);
            default -> throw failure;
        };
    }

    private Answer get(String url, Supplier<Map<String, String>> headers, Attempt attempt, Deadline deadline) {
        if (job.pollsCount()) {
            permits.await(attempt);
        }
        try {
            Duration left = deadline.remaining(clock);
            return exchange.exchange(
                    HttpCall.get(
                            guard.check(url), headers.get(), maxBytes, left.isZero() ? Duration.ofMillis(1) : left),
                    () -> {});
        } catch (UnknownHostException e) {
            throw new UnavailableException("the poll's host has no address", e);
        }
    }

    private void await(Duration wait, Deadline deadline) {
        if (!clock.instant().plus(wait).isBefore(deadline.at())) {
            throw new OutcomeUnknownException("the provider's job has not ended in time", null);
        }
        try {
            pause.await(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the provider's job was awaited", e);
        }
    }

    /** The API key goes along, so a poll may lead only to the API itself and the hosts that its description names. */
    static final class PollGuard {

        private static final Pattern ORIGIN = Pattern.compile("(https?://[^/]*).*");

        private final Destination api;
        private final String describedOrigin;
        private final AddressGuard guard;

        /**
         * A guard for polls.
         *
         * @param api where the API is called
         * @param described the description's own URL, in place of whose scheme and host {@code api} stands
         */
        PollGuard(
                Destination api, String described, List<String> pollHosts, List<String> named, HostResolver resolver) {
            this.api = api;
            this.describedOrigin = ORIGIN.matcher(described).replaceFirst("$1");
            this.guard = new AddressGuard(Optional.of(URI.create(api.toString())), named, pollHosts, resolver);
        }

        /** A poll URL of the description follows the API to where the configuration has it. */
        String moved(String url) {
            return !describedOrigin.isEmpty() && url.startsWith(describedOrigin + "/")
                    ? api + url.substring(describedOrigin.length())
                    : url;
        }

        Destination check(String url) throws UnknownHostException {
            try {
                return url.startsWith(api + "/")
                        ? api.withTarget(Destination.targetOf(new URI(url)))
                        : guard.check(url);
            } catch (URISyntaxException e) {
                throw new NotAnImageException("the provider answered a URL that is none by RFC 3986");
            }
        }
    }

    /** Permission to poll, for providers that count polls as calls: a poll takes a start of its own. */
    @FunctionalInterface
    interface PollPermits {

        /** For providers that don't count them. */
        PollPermits FREE = attempt -> {};

        /**
         * Returns when the poll may leave.
         *
         * @throws UnavailableException when it may not leave now, or the caller was cancelled
         */
        void await(Attempt attempt);

        static PollPermits of(PermitAcquirer gate, CallSettler settler) {
            return attempt -> {
                try {
                    List<String> account = List.of(attempt.account());
                    if (!(gate.await(account, attempt.lane(), attempt.deadline()) instanceof Permit.Granted permit)) {
                        throw new UnavailableException("no permit to poll", null);
                    }
                    try {
                        if (gate.depart(permit, Purchase.ofNothing(permit.token()))
                                instanceof PermitAcquirer.Departure.Leaves leaves) {
                            settler.settleUnbilled(leaves.call());
                        }
                    } finally {
                        gate.release(permit);
                    }
                } catch (InterruptedException cancelled) {
                    Thread.currentThread().interrupt();
                    throw new UnavailableException("cancelled before the poll left", cancelled);
                } catch (PermitLapsedException | LimiterUnavailableException notNow) {
                    throw new UnavailableException("no permit to poll", notNow);
                }
            };
        }
    }
}

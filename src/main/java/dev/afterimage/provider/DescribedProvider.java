package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.ProviderWebhooks;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.provider.AddressGuard.HostResolver;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.JobPoller.PollPermits;
import dev.afterimage.provider.ResultFetcher.ImageReference;
import dev.afterimage.provider.ResultFetcher.Images;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Runs a description: makes one call for each image, and where the API makes the image later, polls until it is there. */
public final class DescribedProvider implements ImageGenerator {

    private static final Pattern STATED_LIMIT = Pattern.compile("[1-9][0-9]{0,8}");

    /** The most bytes of a JSON answer besides the image in base64. */
    private static final long JSON_AROUND_BASE64 = 64 * 1024;

    /** Port: receives the rate limit that a provider's answer states for an account: so many {@code calls} in a window. */
    @FunctionalInterface
    interface StatedLimits {
        void lower(String account, int calls, Duration window);
    }

    /**
     * The collaborators of a provider.
     *
     * @param permits asked before a poll that counts as a call
     * @param limits receives every rate limit that an answer states
     * @param setsJobsDown whether a queued request goes back to the queue between two polls of its job, because waiting
     *     costs money here (Lambda)
     */
    public record Parts(
            Exchange exchange,
            HostResolver resolver,
            PollPermits permits,
            StatedLimits limits,
            CallSigner signer,
            Clock clock,
            Pause pause,
            ProviderWebhooks webhooks,
            boolean setsJobsDown) {

        /**
         * The collaborators, with the machine's own DNS resolver.
         *
         * @param permits gives permits to polls that count as calls, and receives the limits that answers state
         */
        public static Parts of(
                ProviderHttp http,
                PermitAcquirer permits,
                CallSigner signer,
                Clock clock,
                Pause pause,
                ProviderWebhooks webhooks,
                boolean setsJobsDown) {
            return new Parts(
                    http,
                    HostResolver.ofMachine(),
                    PollPermits.of(permits),
                    permits::lower,
                    signer,
                    clock,
                    pause,
                    webhooks,
                    setsJobsDown);
        }
    }

    private final Description description;
    private final ProviderCall call;
    private final Meanings meanings;
    private final ResultFetcher fetcher;
    private final Optional<JobPoller> poller;
    private final ApiSettings settings;
    private final Parts parts;

    /**
     * A provider as described, with the URL, target and account of these settings.
     *
     * @throws IllegalArgumentException when the settings lack what the description needs, or have what it cannot use
     */
    DescribedProvider(Description description, ApiSettings settings, ApiKeys keys, Parts parts) {
        this.description = description;
        this.settings = settings;
        this.parts = parts;
        this.call = new ProviderCall(description, settings, keys, parts.signer());
        this.meanings = new Meanings(description.errors(), description.waits());
        this.fetcher = new ResultFetcher(
                parts.exchange(),
                new AddressGuard(
                        Optional.of(call.url()), settings.allowedHosts(), description.hosts(), parts.resolver()),
                settings.maxBytes(),
                parts.clock(),
                parts.pause());
        this.poller = description
                .job()
                .map(job -> new JobPoller(
                        job,
                        new JobPoller.PollGuard(
                                call.destination(),
                                description.url().map(Text::beginning).orElse(""),
                                job.pollHosts(),
                                settings.allowedHosts(),
                                parts.resolver()),
                        meanings,
                        longestAnswer(),
                        settings.timeout(),
                        parts));
    }

    /**
     * An API as a template uses it.
     *
     * @param settings with the key of the account that is billed
     * @throws IllegalArgumentException when the settings lack what the description needs, or have what it cannot use
     */
    public static DescribedProvider of(Api api, ApiSettings settings, ApiKeys keys, Parts parts) {
        return new DescribedProvider(api.description().orElseThrow(), settings, keys, parts);
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Optional<String> ticket = poller.flatMap(polling -> attempt.order().ticket());
        return ticket.isPresent()
                ? finish(request, ticket.get(), attempt, Deadline.in(settings.timeout(), parts.clock()), Duration.ZERO)
                : buy(request, attempt);
    }

    private GeneratedImage buy(ImageRequest request, Attempt attempt) {
        HttpCall post = call.of(
                request,
                attempt.order().idempotencyKey(),
                parts.webhooks().url(attempt.order().key()),
                longestAnswer(),
                settings.timeout());
        Answer answer = parts.exchange().exchange(post, attempt.departure());
        reportLimit(answer, attempt);
        throwFailure(answer);
        Deadline deadline = Deadline.in(settings.timeout(), parts.clock());
        if (poller.isEmpty() || poller.get().isDone(answer)) {
            return image(request, answer, deadline);
        }
        String ticket = poller.get().ticket(answer, call.encodedTarget());
        attempt.order().keepTicket(ticket);
        return finish(
                request,
                ticket,
                attempt,
                deadline,
                description.job().orElseThrow().every());
    }

    private GeneratedImage finish(
            ImageRequest request, String ticket, Attempt attempt, Deadline deadline, Duration firstWait) {
        Answer answer = poller.orElseThrow()
                .finish(
                        new JobPoller.Polled(ticket, call::headersOfPoll, call.encodedTarget(), attempt, deadline),
                        firstWait);
        return image(request, answer, deadline);
    }

    private GeneratedImage image(ImageRequest request, Answer answer, Deadline deadline) {
        return imageIn(answer.body(), deadline).withCost(call.cost(request, Optional.of(answer)));
    }

    private void reportLimit(Answer answer, Attempt attempt) {
        description
                .limits()
                .rate()
                .ifPresent(rate -> rate.header()
                        .flatMap(answer::header)
                        .filter(calls -> STATED_LIMIT.matcher(calls).matches())
                        .ifPresent(calls ->
                                parts.limits().lower(attempt.account(), Integer.parseInt(calls), rate.window())));
    }

    private void throwFailure(Answer answer) {
        Optional<GenerationException> failure =
                meanings.failure(answer, parts.clock().instant());
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private GeneratedImage imageIn(byte[] body, Deadline deadline) {
        if (description.result().isEmpty() || ImageFormat.ofContent(body).isPresent()) {
            return Images.of(body, settings.maxBytes());
        }
        Optional<ImageReference> reference = ProviderJson.tree(body)
                .flatMap(json -> ImageReference.in(json, description.result(), description.pick()));
        if (reference.isEmpty()) {
            return Images.of(body, settings.maxBytes());
        }
        return switch (reference.get()) {
            case ImageReference.Inline inline -> Images.of(inline.content(), settings.maxBytes());
            case ImageReference.Link link -> fetcher.fetch(link.url(), deadline);
        };
    }

    /** The largest answer, in bytes. Base64 makes four characters of three bytes. */
    private long longestAnswer() {
        return description.result().isEmpty() ? settings.maxBytes() : settings.maxBytes() / 3 * 4 + JSON_AROUND_BASE64;
    }

    /** The call that would be sent for a sample request, as text for people, with the API key masked. */
    public static String sample(ProviderConfig config) {
        return Descriptions.isDemo(config.kind())
                ? "The demo is drawn here; nothing is sent."
                : ProviderCall.sample(Descriptions.of(config.kind()), ApiSettings.of(config));
    }

    /** Port: signs a call with AWS Signature Version 4 and the credentials of this machine. */
    @FunctionalInterface
    public interface CallSigner {

        /**
         * The call's headers, with the signature among them. May block at first use.
         *
         * @param service the service's name in AWS, such as {@code bedrock}
         * @param url the call's URL, whose host names the region
         * @throws dev.afterimage.generation.GenerationException.KeyUnavailableException when there are no credentials now
         */
        Map<String, String> sign(String service, String method, URI url, Map<String, String> headers, byte[] body);
    }
}

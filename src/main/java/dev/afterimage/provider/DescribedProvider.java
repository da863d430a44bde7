package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.PermitAcquirer;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.MagicNumber;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.util.Optional;

/** Runs a description: one call an image, and where the API makes it later, polls until it is there. */
public final class DescribedProvider implements ImageGenerator {

    private static final long JSON_AROUND_BASE64 = 64 * 1024;

    /**
     * What a provider is run with.
     *
     * @param permits asked before a poll that counts as a call
     * @param records where the jobs of calls that have left are kept
     */
    record Parts(
            Exchange exchange,
            HostResolver resolver,
            PollPermits permits,
            CallRecord.Of records,
            CallSigner signer,
            Clock clock,
            Pause pause) {}

    private final Description description;
    private final ProviderCall call;
    private final Meanings meanings;
    private final ResultFetcher fetcher;
    private final Optional<JobPoller> jobs;
    private final ProviderConfig config;
    private final Parts parts;

    /**
     * A provider as described, at the configured URL, target and account.
     *
     * @throws IllegalArgumentException when the configuration lacks what the description needs, or has no use for
     */
    DescribedProvider(Description description, ProviderConfig config, ApiKeys keys, Parts parts) {
        this.description = description;
        this.config = config;
        this.parts = parts;
        this.call = new ProviderCall(description, config, keys, parts.signer());
        this.meanings = new Meanings(description.errors(), description.waits());
        this.fetcher = new ResultFetcher(
                parts.exchange(),
                new AddressGuard(Optional.of(call.url()), call.allowedHosts(), description.hosts(), parts.resolver()),
                config.maxBytes(),
                parts.clock(),
                parts.pause());
        this.jobs = description
                .job()
                .map(job -> new JobPoller(
                        job,
                        parts.exchange(),
                        new JobPoller.PollGuard(
                                call.destination(),
                                description.url().map(Text::beginning).orElse(""),
                                job.pollHosts(),
                                call.allowedHosts(),
                                parts.resolver()),
                        parts.permits(),
                        meanings,
                        longestAnswer(),
                        parts.clock(),
                        parts.pause()));
    }

    /**
     * The provider that the configuration names.
     *
     * @param gate where a poll that counts as a call gets its start
     * @param settler ends the call that such a poll is
     * @param records where the jobs of calls that have left are kept
     * @param signer for APIs of AWS
     * @throws IllegalArgumentException when there is no such description, it is wrong, or the configuration lacks what it needs
     */
    public static DescribedProvider of(
            ProviderConfig config,
            ProviderHttp http,
            ApiKeys keys,
            PermitAcquirer gate,
            CallSettler settler,
            CallRecord.Of records,
            CallSigner signer,
            Clock clock,
            Pause pause) {
        return new DescribedProvider(
                Descriptions.of(config.kind()),
                config,
                keys,
                new Parts(
                        http, HostResolver.ofMachine(), PollPermits.of(gate, settler), records, signer, clock, pause));
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        CallRecord record = parts.records().attempt(attempt);
        Optional<Ticket> ticket = jobs.flatMap(polling -> record.ticket());
        return ticket.isPresent() ? resume(request, ticket.get(), record, attempt) : buy(request, record, attempt);
    }

    private GeneratedImage buy(ImageRequest request, CallRecord record, Attempt attempt) {
        HttpCall post = call.of(request, record.purchase(), longestAnswer(), config.timeout());
        Answer answer = parts.exchange().exchange(post, attempt.departure());
        throwFailure(answer);
        Deadline deadline = Deadline.in(config.timeout(), parts.clock());
        if (jobs.isEmpty() || jobs.get().isDone(answer)) {
            return image(request, answer, record, deadline);
        }
        Ticket ticket = jobs.get().ticket(answer, call.target());
        record.opened(ticket);
        return finish(request, ticket, record, attempt, deadline);
    }

    private GeneratedImage resume(ImageRequest request, Ticket ticket, CallRecord record, Attempt attempt) {
        return finish(request, ticket, record, attempt, Deadline.in(config.timeout(), parts.clock()));
    }

    private GeneratedImage finish(
            ImageRequest request, Ticket ticket, CallRecord record, Attempt attempt, Deadline deadline) {
        Answer answer = jobs.orElseThrow().finish(ticket, call::headersOfPoll, call.target(), attempt, deadline);
        return image(request, answer, record, deadline);
    }

    private GeneratedImage image(ImageRequest request, Answer answer, CallRecord record, Deadline deadline) {
        record.cost(call.cost(request, Optional.of(answer)));
        return imageIn(answer.body(), deadline);
    }

    /** What an image will cost as far as is known before it is made, in the provider's own unit. */
    public double cost(ImageRequest request) {
        return call.cost(request, Optional.empty());
    }

    private void throwFailure(Answer answer) {
        Optional<GenerationException> failure =
                meanings.failure(answer, parts.clock().instant());
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private GeneratedImage imageIn(byte[] body, Deadline deadline) {
        if (description.result().isEmpty() || MagicNumber.formatOf(body).isPresent()) {
            return Images.of(body, config.maxBytes());
        }
        Optional<ImageReference> reference =
                ProviderJson.tree(body).flatMap(json -> ImageReference.in(json, description.result()));
        if (reference.isEmpty()) {
            return Images.of(body, config.maxBytes());
        }
        return switch (reference.get()) {
            case ImageReference.Inline inline -> Images.of(inline.content(), config.maxBytes());
            case ImageReference.Link link -> fetcher.fetch(link.url(), deadline);
        };
    }

    /** Base64 makes four characters of three bytes. */
    private long longestAnswer() {
        return description.result().isEmpty() ? config.maxBytes() : config.maxBytes() / 3 * 4 + JSON_AROUND_BASE64;
    }

    /** The call that would be sent for a sample, for people to read, with the API key masked. */
    public static String sample(ProviderConfig config) {
        return Descriptions.isDemo(config.kind())
                ? "The demo is drawn here; nothing is sent."
                : ProviderCall.sample(Descriptions.of(config.kind()), config);
    }
}

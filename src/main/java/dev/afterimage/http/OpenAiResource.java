package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.ANSWER_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.IMAGE_PENDING;
import static dev.afterimage.http.problem.ProblemType.STORAGE_UNAVAILABLE;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.http.problem.OpenAiError;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.config.ConfigMapping;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Images API in front of any provider, so that its clients need only another base URL. An image that is not ready
 * by the deadline is a 429 with {@code Retry-After}: the clients ask again by themselves, and then wait for the same call.
 */
@Path(OpenAiError.PATH)
@RunOnVirtualThread // it reads images from the store
public final class OpenAiResource {

    /** The {@code Retry-After} for an image that is gone from the store. */
    private static final Duration RETRY_AFTER_LOSS = Duration.ofSeconds(1);

    private final ImageService images;
    private final ImageStore store;
    private final ImageResponses responses;
    private final Base64Memory memory;
    private final OpenAiConfig config;
    private final Clock clock;
    private final Duration deadline;
    private final Duration longestWait;
    private final InvocationDeadline invocation;

    OpenAiResource(
            ImageService images,
            ImageStore store,
            ImageResponses responses,
            Base64Memory memory,
            OpenAiConfig config,
            Clock clock,
            HttpConfig httpConfig,
            InvocationDeadline invocation) {
        this.images = images;
        this.store = store;
        this.responses = responses;
        this.memory = memory;
        this.config = config;
        this.clock = clock;
        this.deadline = httpConfig.deadline();
        this.longestWait = httpConfig.maxWait().orElse(deadline);
        this.invocation = invocation;
    }

    /** Has the body's media type, time and size checked before the resource is called. */
    static void register(@Observes Router router, HttpConfig config) {
        JsonBody.of(router, OpenAiError.PATH, config.bodyTimeout());
    }

    /**
     * The answer.
     *
     * @param created when the newest of the images was made, in seconds since 1970
     */
    @RegisterForReflection(targets = {Images.class, Item.class})
    record Images(long created, List<Item> data) {}

    /** An image: its signed URL, or its bytes in Base64. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Item(
            @Nullable String url,
            @JsonProperty("b64_json") @Nullable String content) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response generate(@Context RoutingContext http, @Context UriInfo uri, @Context ServerRequestContext answer) {
        OpenAiRequest request = OpenAiRequest.read(JsonBody.bytes(http), config.models());
        Caller caller = Client.of(http).caller();
        Duration patience = Preferences.applyWait(http, deadline, longestWait);
        Deadline until = invocation.cap(Deadline.in(patience, clock));
        List<ImageOutcome.Ready> ready = obtain(request.images(), caller, until);
        if (request.inline()) {
            reserveMemory(ready, answer, () -> closeConnection(http));
        }
        List<Item> data = ready.stream()
                .map(image -> request.inline()
                        ? new Item(null, content(image.entry()))
                        : new Item(responses.urlFor(image, uri::getBaseUri).url(), null))
                .toList();
        long created = ready.stream()
                .mapToLong(image -> image.entry().createdAt().getEpochSecond())
                .max()
                .orElseThrow();
        return Response.ok(new Images(created, data))
                .header(
                        ImageResponses.CACHE_STATUS,
                        ready.stream().map(ImageResponses::cacheStatus).collect(Collectors.joining(", ")))
                .build();
    }

    /**
     * Asks for all images at the same time, and waits for the last one.
     *
     * @throws ProblemException 429 when one of them is not ready in time. The others are kept, so that the repeated request
     *     finds them
     */
    private List<ImageOutcome.Ready> obtain(List<ImageRequest> requests, Caller caller, Deadline until) {
        List<CompletableFuture<ImageOutcome>> asked = requests.stream()
                .map(request -> images.obtain(GenerationRequest.onDemand(request, caller, until))
                        .toCompletableFuture())
                .toList();
        List<ImageOutcome> outcomes =
                asked.stream().map(CompletableFuture::join).toList();
        Optional<Duration> late = outcomes.stream()
                .filter(ImageOutcome.Pending.class::isInstance)
                .map(outcome -> ((ImageOutcome.Pending) outcome).retryAfter())
                .max(Comparator.naturalOrder());
        if (late.isPresent()) {
            throw new ProblemException(Problem.of(
                            IMAGE_PENDING,
                            "The image is still being made. Send the same request again after the time in Retry-After: it is not"
                                    + " made twice. Let the client's max_retries cover the longest wait.")
                    .after(late.get().compareTo(OpenAiError.LONGEST_WAIT) < 0 ? late.get() : OpenAiError.LONGEST_WAIT));
        }
        return outcomes.stream().map(ImageOutcome.Ready.class::cast).toList();
    }

    /**
     * Reserves the memory for an answer in Base64, before its images are read from the store.
     *
     * @throws ProblemException when the answer would be too large, or has to wait for memory
     */
    private void reserveMemory(List<ImageOutcome.Ready> ready, ServerRequestContext answer, Runnable closeConnection) {
        long largest =
                ready.stream().mapToLong(image -> image.entry().bytes()).max().orElseThrow();
        long characters = ready.stream()
                .mapToLong(image -> characters(image.entry().bytes()))
                .sum();
        if (config.maxBase64().isPresent() && characters > config.maxBase64().getAsInt()) {
            throw ProblemException.of(
                    ANSWER_TOO_LARGE,
                    "The images have " + characters + " characters in Base64, and an answer of this service holds "
                            + config.maxBase64().getAsInt()
                            + ". They are made and kept: send the request again with response_format=url, or with a smaller n.");
        }
        // The characters of all images, one byte each. While an image is encoded, its bytes and a second copy of its
        // characters, which the encoder makes, are in memory, too.
        memory.reserve(characters + largest + characters(largest), answer, closeConnection);
    }

    private static long characters(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    /**
     * Closes the connection at once. The methods {@code close} of the connection and of its channel would wait until the
     * client has read what was written.
     */
    private static void closeConnection(RoutingContext http) {
        if (http.request().connection() instanceof ConnectionBase connection) {
            var unused = connection.channelHandlerContext().close();
        }
    }

    private String content(IndexEntry entry) {
        return store.read(entry.key())
                .map(stored -> Base64.getEncoder().encodeToString(stored.content()))
                .orElseThrow(() -> gone(entry.key()));
    }

    /** Has the index forget an image that is gone from the store, so that the next request has it made anew. */
    private ProblemException gone(ImageKey key) {
        images.lookup(key, true).toCompletableFuture().join();
        return new ProblemException(Problem.of(
                        STORAGE_UNAVAILABLE,
                        "The image was removed from the store. Send the same request again: it has the image made anew.")
                .after(RETRY_AFTER_LOSS));
    }

    /** How requests in the form of OpenAI's Images API are read. */
    @ConfigMapping(prefix = "afterimage.openai")
    public interface OpenAiConfig {

        /**
         * The template that a model stands for, such as
         * {@code afterimage.openai.models."black-forest-labs/flux-1.1-pro"=flux}. A model that is not listed is the template of
         * that name.
         */
        Map<String, String> models();

        /**
         * The most characters that the images of one answer with {@code b64_json} may have together; more is a 413, which
         * recommends {@code response_format=url}. Left out, only memory limits them: all such answers together hold at most a
         * quarter of the heap. On Lambda, whose answers hold 6 MB, it is 6000000.
         */
        OptionalInt maxBase64();
    }
}

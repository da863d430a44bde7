package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.IMAGE_PENDING;
import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;
import static dev.afterimage.http.problem.ProblemType.URL_REFUSED;

import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.delivery.RequestLinks.Link;
import dev.afterimage.delivery.RequestLinks.Refusal;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Images by signed request links, for {@code <img>}, {@code og:image} and crawlers, which can only follow a URL. */
@Path("/i/{name}")
public final class LinkedImageResource {

    /** The {@code User-Agent} of crawlers that draw previews or index images. */
    private static final Pattern CRAWLER = Pattern.compile(
            "bot\\b|crawler|spider|facebookexternalhit|facebot|whatsapp|slack-imgproxy|skypeuripreview|embedly|iframely|pinterest"
                    + "|vkshare|mastodon",
            Pattern.CASE_INSENSITIVE);

    private final RequestLinks links;
    private final ImageService images;
    private final ImageResponses responses;
    private final Clock clock;
    private final InvocationDeadline invocation;
    private final LinkConfig config;
    private final TemplatesConfig templates;

    LinkedImageResource(
            RequestLinks links,
            ImageService images,
            ImageResponses responses,
            Clock clock,
            InvocationDeadline invocation,
            LinkConfig config,
            TemplatesConfig templates) {
        this.links = links;
        this.images = images;
        this.responses = responses;
        this.clock = clock;
        this.invocation = invocation;
        this.config = config;
        this.templates = templates;
    }

    /** Checks the link before anything else, so that a request without a valid one costs nothing. */
    @GET
    @RunOnVirtualThread // the secrets may have to be read from Secrets Manager
    @Blocking // else Quarkus takes a CompletionStage for a promise not to block
    public CompletionStage<Response> get(
            @PathParam("name") String name,
            @QueryParam("d") List<String> data,
            @QueryParam("exp") List<String> expires,
            @QueryParam("s") List<String> signature,
            @QueryParam("k") List<String> secretId,
            @Context RoutingContext http,
            @Context UriInfo uri) {
        if (!links.canSign()) {
            throw LinkResource.noSecret();
        }
        if (data.size() != 1 || signature.size() != 1 || expires.size() > 1 || secretId.size() > 1) {
            throw refused(Refusal.UNSIGNED);
        }
        Link link = new Link(
                name,
                data.getFirst(),
                expires.stream().findFirst(),
                signature.getFirst(),
                secretId.stream().findFirst());
        links.refusal(link).ifPresent(refusal -> {
            throw refused(refusal);
        });
        ImageRequest request = request(link);
        GenerationRequest wanted = GenerationRequest.onDemand(
                request,
                Client.of(http).caller(),
                invocation.cap(
                        Deadline.in(isCrawler(http.request()) ? config.crawlerPatience() : config.patience(), clock)));
        return images.obtain(wanted)
                .thenApply(outcome -> switch (outcome) {
                    case ImageOutcome.Ready ready -> responses.linked(ready, link.end(), uri::getBaseUri);
                    case ImageOutcome.Pending pending ->
                        placeholder(request.template()).orElseThrow(() -> late(pending.retryAfter()));
                })
                .exceptionallyCompose(failure -> placeholderInstead(request.template(), failure))
                .thenApply(HttpResponse::toRest);
    }

    private static ImageRequest request(Link link) {
        try {
            return link.request();
        } catch (InvalidRequestException e) {
            // The problem is one of the path or the query, and so has no pointer into a body.
            throw ProblemException.of(INVALID_REQUEST, e.detail());
        }
    }

    private static ProblemException refused(Refusal refusal) {
        return ProblemException.of(URL_REFUSED, refusal.detail());
    }

    /** Whether a crawler asks. HEAD counts as one: crawlers send it to decide whether to fetch the image. */
    private static boolean isCrawler(HttpServerRequest http) {
        String agent = http.getHeader(HttpHeaders.USER_AGENT);
        return http.method().equals(HttpMethod.HEAD)
                || (agent != null && CRAWLER.matcher(agent).find());
    }

    private static ProblemException late(Duration retryAfter) {
        return new ProblemException(Problem.of(
                        IMAGE_PENDING,
                        "Ask again after the time in Retry-After. The service's operator may name a placeholder for the"
                                + " meantime: afterimage.templates.\"id\".placeholder.")
                .after(retryAfter));
    }

    /**
     * A failure that may pass leads to the placeholder, where there is one; a rejection is answered as such, so that the
     * page's author can mend it.
     */
    private CompletionStage<HttpResponse> placeholderInstead(TemplateId template, Throwable failure) {
        Throwable cause = Callables.cause(failure);
        Optional<HttpResponse> instead = cause instanceof GenerationException && !(cause instanceof RejectedException)
                ? placeholder(template)
                : Optional.empty();
        return instead.map(CompletableFuture::completedFuture).orElseGet(() -> CompletableFuture.failedFuture(cause));
    }

    private Optional<HttpResponse> placeholder(TemplateId template) {
        return Optional.ofNullable(templates.templates().get(template.value()))
                .flatMap(TemplatesConfig.TemplateSettings::placeholder)
                .map(ImageResponses::placeholder);
    }
}

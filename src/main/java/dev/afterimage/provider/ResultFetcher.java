package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.provider.Description.Pick;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches the image at a URL that a provider answered. The image is paid for by then and fetching costs nothing, so a
 * failure that may pass (a lost connection, 5xx, a 404 from storage in which the image is not visible yet) is tried
 * again, up to 4 times in all. When all tries failed, the purchase counts as billed.
 */
final class ResultFetcher {

    private static final int TRIES = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Map<String, String> HEADERS = Map.of("Accept", "image/*", "User-Agent", "afterimage");

    private final Exchange http;
    private final AddressGuard guard;
    private final long maxBytes;
    private final Clock clock;
    private final Pause pause;

    /**
     * A fetcher of the URLs that this guard allows.
     *
     * @param maxBytes the size above which an image is refused
     */
    ResultFetcher(Exchange http, AddressGuard guard, long maxBytes, Clock clock, Pause pause) {
        this.http = http;
        this.guard = guard;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * The image at the URL.
     *
     * @param deadline for all tries together
     * @throws NotAnImageException when the URL may not be fetched, or leads to no image
     * @throws OutcomeUnknownException when it could not be fetched in time
     */
    GeneratedImage fetch(String url, Deadline deadline) {
        Duration wait = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                return tryOnce(url, deadline);
            } catch (Transient failure) {
                if (tries == TRIES || deadline.forbids(wait, clock)) {
                    throw failure.lasting;
                }
            }
            await(wait);
            wait = wait.multipliedBy(2);
        }
    }

    private GeneratedImage tryOnce(String url, Deadline deadline) throws Transient {
        Answer answer;
        try {
            Destination destination = guard.check(url);
            answer = http.exchange(HttpCall.get(destination, HEADERS, maxBytes, deadline.remaining(clock)), () -> {});
        } catch (UnknownHostException e) {
            throw new Transient(new OutcomeUnknownException("the image's host has no address", e));
        } catch (UnavailableException | OutcomeUnknownException e) {
            OutcomeUnknownException billed =
                    new OutcomeUnknownException("the image was made but could not be fetched", e);
            if (Thread.currentThread().isInterrupted()) {
                throw billed;
            }
            throw new Transient(billed);
        }
        if (answer.isSuccess()) {
            return Images.of(answer.body(), maxBytes);
        }
        throw failure(answer.status());
    }

    private static Transient failure(int status) {
        if (status / 100 == 3) {
            throw new NotAnImageException("the image's URL redirects (" + status + "), which is not followed");
        }
        String what = "the image was made, but its URL answers " + status;
        return new Transient(
                status >= 500 || status == 429
                        ? new OutcomeUnknownException(what, null)
                        : new NotAnImageException(what));
    }

    private void await(Duration wait) {
        try {
            pause.await(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the image was fetched", e);
        }
    }

    /** A failure that may pass; {@code lasting} is thrown when it does not. */
    private static final class Transient extends Exception {

        private final GenerationException lasting;

        Transient(GenerationException lasting) {
            super(null, lasting, false, false);
            this.lasting = lasting;
        }
    }

    /** Makes an image of bytes. */
    static final class Images {

        private Images() {}

        /**
         * An image of these bytes. Its format is that of its magic number, whatever the answer's headers say.
         *
         * @throws NotAnImageException when they are no PNG, JPEG, WebP or GIF image, or more than {@code maxBytes}
         */
        static GeneratedImage of(byte[] content, long maxBytes) {
            if (content.length > maxBytes) {
                throw new NotAnImageException("the image is larger than " + maxBytes + " bytes");
            }
            return ImageFormat.ofContent(content)
                    .map(format -> new GeneratedImage(content, format))
                    .orElseThrow(() -> new NotAnImageException(
                            "the provider answered " + kindOf(content) + " instead of a PNG, JPEG, WebP or GIF image"));
        }

        private static String kindOf(byte[] content) {
            for (byte b : content) {
                if (!Character.isWhitespace(b)) {
                    return switch (b) {
                        case '<' -> "HTML or SVG";
                        case '{', '[', '"' -> "JSON without an image";
                        default -> "unknown bytes";
                    };
                }
            }
            return "nothing";
        }
    }

    /** The image in a JSON answer: a URL or the bytes themselves. */
    sealed interface ImageReference {

        /** The image is at this URL. */
        record Link(String url) implements ImageReference {}

        /** The image was in the answer, in base64. */
        @SuppressWarnings("ArrayRecordComponent") // identity is never compared
        record Inline(byte[] content) implements ImageReference {}

        /**
         * The first text at these places, or with {@link Pick#LAST} the last, that is an http(s) URL, a base64 {@code data:}
         * URI (RFC 2397), or an image in base64.
         */
        static Optional<ImageReference> in(JsonNode json, List<JsonPath> places, Pick pick) {
            List<JsonNode> texts = places.stream()
                    .flatMap(place -> place.in(json))
                    .filter(JsonNode::isTextual)
                    .toList();
            return (pick == Pick.FIRST ? texts : texts.reversed())
                    .stream()
                            .flatMap(node -> read(node.textValue().strip()).stream())
                            .findFirst();
        }

        private static Optional<ImageReference> read(String text) {
            String start = text.substring(0, Math.min(text.length(), 8)).toLowerCase(Locale.ROOT);
            if (start.startsWith("http:") || start.startsWith("https:")) {
                return Optional.of(new Link(text));
            }
            if (start.startsWith("data:")) {
                int comma = text.indexOf(',');
                boolean base64 = comma > 0 && text.substring(0, comma).endsWith(";base64");
                return base64 ? decode(text.substring(comma + 1)).map(ImageReference.class::cast) : Optional.empty();
            }
            return decode(text)
                    .filter(inline -> ImageFormat.ofContent(inline.content()).isPresent())
                    .map(ImageReference.class::cast);
        }

        private static Optional<Inline> decode(String base64) {
            try {
                byte[] content = Base64.getMimeDecoder().decode(base64);
                return content.length == 0 ? Optional.empty() : Optional.of(new Inline(content));
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        }
    }
}

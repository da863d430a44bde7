package dev.afterimage.provider;

import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.provider.Exchange.Answer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads one answer's body while it streams in, as long as there is {@link AnswerRoom} for it, and hangs up as soon as it is
 * too large (a success is then refused, a failure goes without the rest of its body) or something breaks.
 */
final class AnswerReader {

    /** Enough for any problem document; nobody reads further. */
    private static final long MAX_FAILURE_BYTES = 64 * 1024;

    /** What an answer of unknown length asks room for beyond what has come. */
    private static final long AHEAD = 64 * 1024;

    private final HttpClientResponse response;
    private final long maxBytes;
    private final AnswerRoom.Place place;
    private final Context eventLoop = Objects.requireNonNull(Vertx.currentContext());
    private final Promise<Answer> answer = Promise.promise();
    private final List<Buffer> chunks = new ArrayList<>();
    private long length;
    private long room;

    private AnswerReader(HttpClientResponse response, long maxBytes, AnswerRoom.Place place) {
        this.response = response;
        this.maxBytes = isSuccess(response) ? maxBytes : MAX_FAILURE_BYTES;
        this.place = place;
    }

    /** To be called on the event loop that brought the response's head, before it brings more. */
    static Future<Answer> read(HttpClientResponse response, long maxBytes, AnswerRoom.Place place) {
        return new AnswerReader(response, maxBytes, place).read();
    }

    private Future<Answer> read() {
        response.exceptionHandler(answer::tryFail);
        long announced = announced();
        if (announced > maxBytes) {
            tooLarge();
            return answer.future();
        }
        response.handler(this::take);
        response.endHandler(end -> unlessBroken(() -> answer.tryComplete(whole())));
        makeRoom(announced);
        return answer.future();
    }

    private void take(Buffer chunk) {
        unlessBroken(() -> {
            if (length + chunk.length() > maxBytes) {
                tooLarge();
                return;
            }
            chunks.add(chunk);
            length += chunk.length();
            if (length > room) {
                makeRoom(Math.min(maxBytes, 2 * length + AHEAD));
            }
        });
    }

    /** The bytes lie in their chunks, and once more in one piece at the end; that a short while only. */
    private void makeRoom(long bytes) {
        room = bytes;
        if (!place.grow(bytes, () -> eventLoop.runOnContext(go -> response.resume()))) {
            response.pause();
        }
    }

    /** After an error, such as a full heap, nothing more of the answer is taken. */
    private void unlessBroken(Runnable step) {
        if (answer.future().isComplete()) {
            return;
        }
        try {
            step.run();
        } catch (RuntimeException | Error broken) {
            chunks.clear();
            answer.tryFail(broken);
            response.request().reset();
        }
    }

    /** Zero when it isn't said. */
    private long announced() {
        String header = response.getHeader(HttpHeaders.CONTENT_LENGTH);
        return header == null ? 0 : Long.parseLong(header);
    }

    private void tooLarge() {
        if (isSuccess(response)) {
            answer.tryFail(new NotAnImageException("the answer is larger than " + maxBytes + " bytes"));
        } else {
            answer.tryComplete(whole());
        }
        response.request().reset();
    }

    private Answer whole() {
        byte[] body = new byte[Math.toIntExact(length)];
        int at = 0;
        for (Buffer chunk : chunks) {
            chunk.getBytes(body, at);
            at += chunk.length();
        }
        chunks.clear();
        return new Answer(response.statusCode(), response.headers(), body);
    }

    private static boolean isSuccess(HttpClientResponse response) {
        return response.statusCode() / 100 == 2;
    }
}

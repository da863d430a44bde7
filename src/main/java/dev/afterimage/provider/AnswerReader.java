package dev.afterimage.provider;

import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
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
 * Reads the body of one answer as it streams in, and pauses while there is no {@link AnswerRoom} for it. Closes the
 * connection as soon as the body is too large, or after an error. A successful answer that is too large is refused,
 * unless the call was a notice; that answer and an error answer are used without the rest of their bodies.
 */
final class AnswerReader {

    /** How many bytes of an error answer's body are read: enough for any problem document. */
    private static final long MAX_FAILURE_BYTES = 64 * 1024;

    /** For a body of unknown length, room is asked for twice the bytes that have come, and for this many more. */
    private static final long AHEAD = 64 * 1024;

    private final HttpClientResponse response;
    private final long maxBytes;
    private final boolean mustBeWhole;
    private final AnswerRoom.Place place;
    private final Context eventLoop = Objects.requireNonNull(Vertx.currentContext());
    private final Promise<Answer> answer = Promise.promise();
    private final List<Buffer> chunks = new ArrayList<>();
    private long length;
    private long room;

    private AnswerReader(HttpClientResponse response, HttpCall call, AnswerRoom.Place place) {
        this.response = response;
        boolean success = response.statusCode() / 100 == 2;
        this.maxBytes = success ? call.maxBytes() : MAX_FAILURE_BYTES;
        this.mustBeWhole = success && call.purpose() != Purpose.NOTICE;
        this.place = place;
    }

    /** To be called on the event loop that brought the response's head, before it brings more. */
    static Future<Answer> read(HttpClientResponse response, HttpCall call, AnswerRoom.Place place) {
        return new AnswerReader(response, call, place).read();
    }

    private Future<Answer> read() {
        response.exceptionHandler(answer::tryFail);
        long announced = announced();
        if (announced > maxBytes) {
            tooLarge();
            return answer.future();
        }
        response.handler(this::take);
        response.endHandler(end -> unlessBroken(() -> answer.tryComplete(received())));
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

    /** Asks for room for this many bytes. At the end the bytes are in memory twice for a moment, which is not counted. */
    private void makeRoom(long bytes) {
        room = bytes;
        if (!place.grow(bytes, () -> eventLoop.runOnContext(go -> response.resume()))) {
            response.pause();
        }
    }

    /** Runs a step of the reading. After an error, such as a full heap, nothing more of the answer is read. */
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

    /** The length that the answer announces, in bytes; 0 when it announces none. */
    private long announced() {
        String header = response.getHeader(HttpHeaders.CONTENT_LENGTH);
        return header == null ? 0 : Long.parseLong(header);
    }

    private void tooLarge() {
        if (mustBeWhole) {
            answer.tryFail(new NotAnImageException("the answer is larger than " + maxBytes + " bytes"));
        } else {
            answer.tryComplete(received());
        }
        response.request().reset();
    }

    private Answer received() {
        byte[] body = new byte[Math.toIntExact(length)];
        int at = 0;
        for (Buffer chunk : chunks) {
            chunk.getBytes(body, at);
            at += chunk.length();
        }
        chunks.clear();
        return new Answer(response.statusCode(), response.headers(), body);
    }
}

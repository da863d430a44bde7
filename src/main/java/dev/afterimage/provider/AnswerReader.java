package dev.afterimage.provider;

import dev.afterimage.generation.NotAnImageException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;

/**
 * Reads one answer's body while it streams in, and hangs up as soon as it is too large: a success is then refused, a
 * failure goes without the rest of its body.
 */
final class AnswerReader {

    /** Enough for any problem document; nobody reads further. */
    private static final long MAX_FAILURE_BYTES = 64 * 1024;

    private final HttpClientResponse response;
    private final long maxBytes;
    private final Promise<Answer> answer = Promise.promise();
    private final Buffer body = Buffer.buffer();

    private AnswerReader(HttpClientResponse response, long maxBytes) {
        this.response = response;
        this.maxBytes = isSuccess(response) ? maxBytes : MAX_FAILURE_BYTES;
    }

    /** To be called on the event loop that brought the response's head, before it brings more. */
    static Future<Answer> read(HttpClientResponse response, long maxBytes) {
        return new AnswerReader(response, maxBytes).read();
    }

    private Future<Answer> read() {
        response.exceptionHandler(answer::tryFail);
        if (announcesMore()) {
            tooLarge();
            return answer.future();
        }
        response.handler(chunk -> {
            if (body.length() + (long) chunk.length() > maxBytes) {
                tooLarge();
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(end -> answer.tryComplete(whole()));
        return answer.future();
    }

    private boolean announcesMore() {
        String length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null && Long.parseLong(length) > maxBytes;
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
        return new Answer(response.statusCode(), response.headers(), body.getBytes());
    }

    private static boolean isSuccess(HttpClientResponse response) {
        return response.statusCode() / 100 == 2;
    }
}

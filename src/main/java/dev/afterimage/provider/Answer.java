package dev.afterimage.provider;

import io.vertx.core.MultiMap;
import java.util.Optional;

/**
 * A whole HTTP answer.
 *
 * @param body all bytes of a success; of a failure no more than its beginning
 */
@SuppressWarnings("ArrayRecordComponent") // identity is never compared; copying megabytes would serve nobody
record Answer(int status, MultiMap headers, byte[] body) {

    boolean isSuccess() {
        return status / 100 == 2;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(String::strip);
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + body.length + " bytes]";
    }
}

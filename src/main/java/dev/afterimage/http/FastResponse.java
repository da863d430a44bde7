package dev.afterimage.http;

import java.util.List;

/**
 * An answer with status 200 that no resource has written.
 *
 * @param headers what a resource would set; those that every answer has are not among them
 */
record FastResponse(List<Header> headers, String body) {

    /** As Quarkus REST writes the type of a resource that produces JSON. */
    static final Header JSON = new Header("Content-Type", "application/json;charset=UTF-8");

    /** One field. */
    record Header(String name, String value) {}

    FastResponse {
        headers = List.copyOf(headers);
    }
}

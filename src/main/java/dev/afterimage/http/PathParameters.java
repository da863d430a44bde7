package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.IMAGE_NOT_FOUND;
import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;

import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;

/** Reads the parts of a path; what cannot be read is a problem of the path, not of a body. */
final class PathParameters {

    private PathParameters() {}

    /** The key of an image. 404 for a text that is no key, as for a key that no image has. */
    static ImageKey key(String value) {
        try {
            return new ImageKey(value);
        } catch (InvalidRequestException e) {
            throw ProblemException.of(IMAGE_NOT_FOUND, e.detail());
        }
    }

    static TemplateId template(String value) {
        try {
            return new TemplateId(value);
        } catch (InvalidRequestException e) {
            throw ProblemException.of(INVALID_REQUEST, e.detail());
        }
    }
}

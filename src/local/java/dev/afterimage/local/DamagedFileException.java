package dev.afterimage.local;

import java.io.IOException;

/** A file was changed by something else and makes no sense any more; the message says what it must hold. */
class DamagedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedFileException(String message) {
        super(message);
    }
}

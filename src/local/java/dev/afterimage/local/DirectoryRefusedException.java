package dev.afterimage.local;

import java.io.IOException;

/**
 * This process must not work in the directory: another one does, or what lies there was written by something else. The message
 * says what to do.
 */
class DirectoryRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    DirectoryRefusedException(String message) {
        super(message);
    }
}

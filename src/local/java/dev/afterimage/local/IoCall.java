package dev.afterimage.local;

import java.io.IOException;

/** A piece of work on files. */
@FunctionalInterface
interface IoCall<T> {

    T call() throws IOException;
}

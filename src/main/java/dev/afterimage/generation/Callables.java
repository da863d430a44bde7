package dev.afterimage.generation;

import java.util.concurrent.Callable;

/** Calls work that declares checked exceptions but throws none of its own. */
final class Callables {

    private Callables() {}

    static <T> T call(Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("cancelled", e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

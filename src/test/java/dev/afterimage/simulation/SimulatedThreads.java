package dev.afterimage.simulation;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Starts a virtual thread for each task, whose steps run on an executor of ours. The JDK has no public way to choose
 * the executor; this is the way of the JDK's own tests, on 21 and 25 alike, and it needs
 * {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 */
final class SimulatedThreads extends AbstractExecutorService {

    private static final Method NEW_VIRTUAL_THREAD = newVirtualThread();

    private final Executor steps;
    private final String name;

    SimulatedThreads(Executor steps, String name) {
        this.steps = steps;
        this.name = name;
    }

    private static Method newVirtualThread() {
        try {
            Method method = Class.forName("java.lang.ThreadBuilders")
                    .getDeclaredMethod("newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK makes virtual threads in another way", e);
        }
    }

    @Override
    public void execute(Runnable task) {
        try {
            ((Thread) NEW_VIRTUAL_THREAD.invoke(null, steps, name, 0, task)).start();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void shutdown() {
        throw new UnsupportedOperationException("its machine is killed instead");
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw new UnsupportedOperationException("its machine is killed instead");
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException("its machine is killed instead");
    }
}

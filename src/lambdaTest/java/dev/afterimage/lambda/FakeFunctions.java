package dev.afterimage.lambda;

import dev.afterimage.lambda.EventDispatcher.CataloguePlanHandler;
import dev.afterimage.lambda.EventDispatcher.JobBatchHandler;
import dev.afterimage.lambda.InvocationEnd.BeforeFreeze;
import dev.afterimage.time.Deadline;
import io.quarkus.test.Mock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A worker and a planner that only record their calls. */
@Singleton
class FakeFunctions {

    private final List<String> worked = new CopyOnWriteArrayList<>();
    private final List<String> planned = new CopyOnWriteArrayList<>();
    private final List<Deadline> wrappedUp = new CopyOnWriteArrayList<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    @Produces
    @Mock
    @Singleton
    JobBatchHandler worker() {
        return (messages, deadline) -> {
            messages.forEach(message -> worked.add(message.body()));
            return Set.copyOf(failing);
        };
    }

    @Produces
    @Mock
    @Singleton
    CataloguePlanHandler planner() {
        return (catalogue, due, deadline) -> planned.add(catalogue);
    }

    @Produces
    @Singleton
    BeforeFreeze invocationEnd() {
        return wrappedUp::add;
    }

    void forget() {
        worked.clear();
        planned.clear();
        wrappedUp.clear();
        failing.clear();
    }

    void fail(String messageId) {
        failing.add(messageId);
    }

    List<String> worked() {
        return worked;
    }

    List<String> planned() {
        return planned;
    }

    List<Deadline> wrappedUp() {
        return wrappedUp;
    }
}

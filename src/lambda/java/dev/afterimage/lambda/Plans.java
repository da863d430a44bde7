package dev.afterimage.lambda;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Has catalogues planned, and makes Lambda call again when the time was too short. */
final class Plans {

    private final CataloguePlanHandler planner;
    private final TimeLimited timeLimited;

    Plans(CataloguePlanHandler planner, TimeLimited timeLimited) {
        this.planner = planner;
        this.timeLimited = timeLimited;
    }

    /**
     * Returns when the catalogue is planned.
     *
     * @throws PlanUnfinishedException when the time was too short
     */
    void plan(String catalogue, InvocationTime time) throws InterruptedException {
        boolean complete;
        try {
            complete = timeLimited.call(() -> planner.plan(catalogue, time.answerBy()), time.stopBy());
        } catch (TimeoutException e) {
            complete = false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException("The planner failed", e.getCause());
        }
        if (!complete) {
            throw new PlanUnfinishedException(catalogue);
        }
    }
}

package dev.afterimage.jobs;

import dev.afterimage.testing.MemoryJobQueue;

class MemoryJobQueueTest extends JobQueueContract {

    private final JobQueue queue = new MemoryJobQueue(clock);

    @Override
    protected JobQueue queue() {
        return queue;
    }
}

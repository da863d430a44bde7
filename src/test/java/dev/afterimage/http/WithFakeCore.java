package dev.afterimage.http;

import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;

/** A test of the edge in front of a {@link FakeImageService}, which is reset before each case. */
public abstract class WithFakeCore {

    @Inject
    protected FakeImageService core;

    @BeforeEach
    final void resetCore() {
        core.reset();
    }
}

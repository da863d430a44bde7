package dev.afterimage.catalogue;

import java.util.Optional;

/** Port: keeps checkpoints across restarts. Operations block and fail with an unchecked exception. */
public interface Checkpoints {

    Optional<Checkpoint> find(String catalogue);

    /** Replaces the catalogue's checkpoint; once this returns it survives a crash. */
    void save(String catalogue, Checkpoint checkpoint);
}

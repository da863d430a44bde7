package dev.afterimage.testing;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.Checkpoint;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Checkpoints in memory, read back through their text form. */
public class MemoryCheckpoints implements Checkpoints {

    private final Map<String, String> texts = new ConcurrentHashMap<>();

    @Override
    public Optional<Checkpoint> find(String catalogue) {
        return Optional.ofNullable(texts.get(catalogue)).flatMap(Checkpoint::decode);
    }

    @Override
    public void save(String catalogue, Checkpoint checkpoint) {
        texts.put(catalogue, checkpoint.encode());
    }
}

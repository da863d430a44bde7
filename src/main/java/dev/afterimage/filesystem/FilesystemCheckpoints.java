package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.plan.Checkpoint;
import dev.afterimage.pregeneration.plan.CheckpointCodec;
import dev.afterimage.pregeneration.plan.Checkpoints;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/** Checkpoints as files under {@code checkpoints/}, a file a catalogue. */
public final class FilesystemCheckpoints implements Checkpoints {

    private final DataDirectory directory;

    public FilesystemCheckpoints(DataDirectory directory) {
        this.directory = directory;
    }

    @Override
    public Optional<Checkpoint> find(String catalogue) {
        return call(() -> {
            try {
                return CheckpointCodec.decode(Files.readString(file(catalogue), StandardCharsets.UTF_8));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void save(String catalogue, Checkpoint checkpoint) {
        byte[] text = CheckpointCodec.encode(checkpoint).getBytes(StandardCharsets.UTF_8);
        call(() -> {
            try (AtomicFile file = directory.write(Durability.POWER, text)) {
                file.commit(file(catalogue));
            }
            return checkpoint;
        });
    }

    @Override
    public void remove(String catalogue) {
        call(() -> Files.deleteIfExists(file(catalogue)));
    }

    /** A catalogue's name may hold anything, so it is spelled in hexadecimal digits. */
    private Path file(String catalogue) {
        return directory
                .path("checkpoints")
                .resolve(HexFormat.of().formatHex(catalogue.getBytes(StandardCharsets.UTF_8)));
    }

    private <T> T call(IoCall<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new QueueUnavailableException(directory.explain(e), e);
        }
    }
}

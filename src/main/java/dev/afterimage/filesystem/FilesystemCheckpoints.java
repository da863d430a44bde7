package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.plan.Checkpoint;
import dev.afterimage.pregeneration.plan.CheckpointCodec;
import dev.afterimage.pregeneration.plan.Checkpoints;
import dev.afterimage.pregeneration.queue.QueueUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        return call(() -> DataDirectory.text(file(catalogue)).flatMap(CheckpointCodec::decode));
    }

    @Override
    public void save(String catalogue, Checkpoint checkpoint) {
        call(() -> {
            directory.replace(file(catalogue), CheckpointCodec.encode(checkpoint), Durability.POWER);
            return checkpoint;
        });
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

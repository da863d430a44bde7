package dev.afterimage.wiring;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.provider.AnswerRoom;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.StoredImage;
import java.util.Optional;

/** Decorator: an image that is stored no longer takes up room in the process. */
record RoomFreeingStore(AnswerRoom room, ImageStore next) implements ImageStore {

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        IndexEntry standing = next.put(entry, content);
        room.free(content);
        return standing;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return next.find(key);
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        return next.read(key);
    }

    @Override
    public void delete(ImageKey key) {
        next.delete(key);
    }

    @Override
    public Optional<String> note(String name) {
        return next.note(name);
    }

    @Override
    public void note(String name, String text) {
        next.note(name, text);
    }
}

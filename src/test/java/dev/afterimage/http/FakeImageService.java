package dev.afterimage.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A core with prepared answers that records its requests. */
@Alternative
@Singleton
public class FakeImageService implements ImageService {

    final List<GenerationRequest> requests = new ArrayList<>();
    final List<ImageKey> forgotten = new ArrayList<>();
    final List<TemplateId> purged = new ArrayList<>();
    final List<IndexLookup> lookups = new ArrayList<>();
    final List<ImageRequest> asked = new ArrayList<>();
    private final List<Boolean> validated = new ArrayList<>();

    final List<String> threads = new ArrayList<>();

    private CompletionStage<ImageOutcome> answer =
            CompletableFuture.completedFuture(new ImageOutcome.Hit(FakeCore.ENTRY));
    private Optional<ImageOutcome> known = Optional.empty();
    private Supplier<CompletionStage<Optional<ImageOutcome.Hit>>> indexed =
            () -> CompletableFuture.completedFuture(Optional.empty());

    public void reset() {
        requests.clear();
        forgotten.clear();
        purged.clear();
        threads.clear();
        asked.clear();
        validated.clear();
        lookups.clear();
        index(CompletableFuture.completedFuture(Optional.empty()));
        answerWith(new ImageOutcome.Hit(FakeCore.ENTRY));
        known = Optional.empty();
    }

    public void answerWith(ImageOutcome outcome) {
        answer = CompletableFuture.completedFuture(outcome);
    }

    void failWith(Throwable failure) {
        answer = CompletableFuture.failedFuture(failure);
    }

    void answerWith(CompletionStage<ImageOutcome> stage) {
        answer = stage;
    }

    /** The answer of its index; empty at first. */
    public void index(CompletionStage<Optional<ImageOutcome.Hit>> found) {
        indexed = () -> found;
    }

    /** The same, computed for each request on the requesting thread. */
    void index(Supplier<CompletionStage<Optional<ImageOutcome.Hit>>> found) {
        indexed = found;
    }

    void know(ImageOutcome outcome) {
        known = Optional.of(outcome);
    }

    /** Asserts that no image was requested, deleted or purged. */
    public void assertUntouched() {
        assertThat(requests).isEmpty();
        assertThat(purged).isEmpty();
        assertThat(forgotten).isEmpty();
    }

    /** Whether the store was to be asked, too, one for each lookup. */
    public List<Boolean> validated() {
        return validated;
    }

    public GenerationRequest generationRequest() {
        return requests.getLast();
    }

    @Override
    public CompletionStage<IndexLookup> indexLookup(ImageRequest request, boolean validate) {
        asked.add(request);
        validated.add(validate);
        return indexed.get().thenApply(hit -> new IndexLookup(FakeCore.KEY, hit.map(ImageOutcome.Hit::entry), hit));
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup) {
        lookups.add(indexLookup);
        return obtain(generationRequest);
    }

    @Override
    public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest) {
        requests.add(generationRequest);
        threads.add(Thread.currentThread().getName());
        return answer;
    }

    @Override
    public CompletionStage<Optional<ImageOutcome>> lookup(ImageKey key, boolean validate) {
        validated.add(validate);
        return CompletableFuture.completedFuture(
                known.filter(outcome -> outcome.key().equals(key)));
    }

    @Override
    public CompletionStage<Void> forget(ImageKey key) {
        forgotten.add(key);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Long> purge(TemplateId template) {
        purged.add(template);
        return CompletableFuture.completedFuture(42L);
    }
}

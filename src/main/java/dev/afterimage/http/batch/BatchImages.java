package dev.afterimage.http.batch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;

/** Lists the images of a batch's rows as NDJSON or CSV, a page of the ledger in memory at a time. */
@Singleton
final class BatchImages {

    /** Rows whose images are looked up at once. */
    private static final int PAGE = 500;

    private static final CSVFormat CSV =
            CSVFormat.RFC4180.builder().setRecordSeparator("\r\n").get();

    private final BatchLedger ledger;
    private final ImageIndex index;
    private final UrlSigner signer;
    private final BaseUrl baseUrl;
    private final ObjectMapper json;

    BatchImages(BatchLedger ledger, ImageIndex index, UrlSigner signer, BaseUrl baseUrl, ObjectMapper json) {
        this.ledger = ledger;
        this.index = index;
        this.signer = signer;
        this.baseUrl = baseUrl;
        this.json = json;
    }

    /**
     * A row that has ended.
     *
     * @param key null for a row that could not be read
     * @param url null where there is no image, or none any more
     * @param outcome the word of a {@link RowResult.Outcome} in lower case
     */
    @RegisterForReflection
    record Line(int line, @Nullable String key, @Nullable String url, String outcome) {}

    /** How the rows are written. */
    enum Form {
        /** A JSON object a line. */
        NDJSON,
        /** With a header row; null is an empty cell. */
        CSV
    }

    /**
     * The rows that have ended, by line.
     *
     * @param after lines up to this one are left out
     * @param max at most so many rows
     * @param root the service's root as the caller addressed it
     */
    StreamingOutput list(Form form, String batch, int after, int max, URI root) {
        // The first page is read before the status line is sent, so that a failure becomes a problem document.
        List<Line> first = page(batch, after, Math.min(PAGE, max), root);
        return out -> {
            if (form == Form.CSV) {
                out.write("line,key,url,outcome\r\n".getBytes(StandardCharsets.UTF_8));
            }
            int left = max;
            List<Line> page = first;
            while (!page.isEmpty()) {
                for (Line line : page) {
                    out.write(write(line, form).getBytes(StandardCharsets.UTF_8));
                }
                out.flush();
                left -= page.size();
                boolean more = page.size() == PAGE && left > 0;
                page = more ? page(batch, page.getLast().line(), Math.min(PAGE, left), root) : List.of();
            }
        };
    }

    private String write(Line line, Form form) throws IOException {
        return switch (form) {
            case NDJSON -> json.writeValueAsString(line) + "\n";
            case CSV -> CSV.format(line.line(), line.key(), line.url(), line.outcome()) + "\r\n";
        };
    }

    private List<Line> page(String batch, int after, int max, URI root) {
        List<RowResult> rows = ledger.results(batch, after, max);
        List<ImageKey> keys = rows.stream()
                .filter(row -> row.outcome() != RowResult.Outcome.FAILED)
                .flatMap(row -> row.key().stream())
                .distinct()
                .toList();
        Map<ImageKey, IndexEntry> entries = keys.isEmpty()
                ? Map.of()
                : index.findAll(keys).toCompletableFuture().join();
        return rows.stream().map(row -> line(row, entries, root)).toList();
    }

    private Line line(RowResult row, Map<ImageKey, IndexEntry> entries, URI root) {
        return new Line(
                row.line(),
                row.key().map(ImageKey::value).orElse(null),
                row.key()
                        .flatMap(key -> Optional.ofNullable(entries.get(key)))
                        .map(entry ->
                                baseUrl.seenFrom(() -> root, signer.sign(entry)).url())
                        .orElse(null),
                row.outcome().name().toLowerCase(Locale.ROOT));
    }
}

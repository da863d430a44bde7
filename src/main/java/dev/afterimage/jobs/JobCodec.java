package dev.afterimage.jobs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job.BatchRow;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipts.OpenJob;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The one-line JSON form of a job, the same in files and in messages. The image's data is in it as a string, because it
 * is canonical JSON already and need not be parsed again.
 */
public final class JobCodec {

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The newest format that this version reads. It is raised when older versions would misread a job, not for a
     * further property.
     */
    private static final int FORMAT = 3;

    /** The format of jobs that have no variant, so that older versions can read them. */
    private static final int WITHOUT_VARIANT = 1;

    private static final int WITH_VARIANT = 2;

    private static final int CALLBACK = 3;

    private JobCodec() {}

    public static String encode(Job job) {
        ObjectNode out = switch (job) {
            case Job.Image image -> encode(image);
            case Job.Callback callback -> encode(callback);
        };
        return out.toString();
    }

    private static ObjectNode encode(Job.Callback callback) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("v", Integer.toString(CALLBACK));
        out.put("id", callback.id());
        out.put("callback", callback.url().toString());
        return switch (callback.subject()) {
            case Job.Subject.OfImage image -> out.put("key", image.key().value());
            case Job.Subject.OfBatch batch -> out.put("batch", batch.batch());
        };
    }

    private static ObjectNode encode(Job.Image job) {
        ImageRequest request = job.request();
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("v", Integer.toString(request.variant() == 0 ? WITHOUT_VARIANT : WITH_VARIANT));
        out.put("id", job.id());
        out.put("key", job.key().value());
        out.put("lane", job.lane().name().toLowerCase(Locale.ROOT));
        out.put("caller", job.caller().id());
        job.row().ifPresent(row -> {
            out.put("batch", row.batch());
            out.put("line", Integer.toString(row.line()));
        });
        if (!job.horizon().equals(Horizon.NONE)) {
            out.put("since", millis(job.horizon().since()));
            out.put("until", millis(job.horizon().until()));
        }
        job.open().ifPresent(open -> {
            out.put("token", open.token());
            out.put("departed", Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, open.departed())));
            out.put("series", open.idempotencySuffix());
            out.put("account", open.account());
            out.put("ticket", open.ticket());
        });
        out.put("template", request.template().value());
        out.put("format", request.format().word());
        if (request.variant() != 0) {
            out.put("variant", Integer.toString(request.variant()));
        }
        return out.put("data", request.data().json());
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws NewerFormatException when a newer version wrote it
     * @throws IllegalArgumentException when the line is no job, or a part of it is damaged; the message does not repeat
     *     the line
     */
    public static Job decode(String line) {
        Map<String, String> fields = fields(line);
        int format = (int) number(fields.getOrDefault("v", "1"));
        if (format > FORMAT) {
            throw new NewerFormatException("a job", format, FORMAT);
        }
        String callback = fields.get("callback");
        try {
            return callback == null ? image(fields) : callback(fields, callback);
        } catch (InvalidRequestException damaged) {
            throw new IllegalArgumentException("A job's key, template or format is damaged.");
        }
    }

    private static Job.Callback callback(Map<String, String> fields, String url) {
        String key = fields.get("key");
        return new Job.Callback(
                required(fields, "id"),
                uri(url),
                key == null
                        ? new Job.Subject.OfBatch(required(fields, "batch"))
                        : new Job.Subject.OfImage(new ImageKey(key)));
    }

    private static Job.Image image(Map<String, String> fields) {
        String batch = fields.get("batch");
        return new Job.Image(
                required(fields, "id"),
                new ImageKey(required(fields, "key")),
                new ImageRequest(
                        new TemplateId(required(fields, "template")),
                        new TemplateData(required(fields, "data")),
                        ImageFormat.named(required(fields, "format")),
                        (int) number(fields.getOrDefault("variant", "0"))),
                Lane.valueOf(required(fields, "lane").toUpperCase(Locale.ROOT)),
                new Caller(required(fields, "caller")),
                batch == null
                        ? Optional.empty()
                        : Optional.of(new BatchRow(batch, (int) number(required(fields, "line")))),
                fields.containsKey("until")
                        ? new Horizon(instant(required(fields, "since")), instant(required(fields, "until")))
                        : Horizon.NONE,
                Optional.ofNullable(fields.get("ticket"))
                        .map(ticket -> new OpenJob(
                                required(fields, "token"),
                                Instant.EPOCH.plus(number(required(fields, "departed")), ChronoUnit.MICROS),
                                fields.getOrDefault("account", Purchase.DEFAULT_ACCOUNT),
                                required(fields, "series"),
                                ticket)));
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(number(millis));
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a job: a number is damaged");
        }
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a job: its URL is damaged");
        }
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a job");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                String value = parser.nextTextValue();
                if (value == null) {
                    throw new IllegalArgumentException("not a job");
                }
                fields.put(name, value);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not a job: the JSON is damaged");
        }
        return fields;
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("not a job: no " + name);
        }
        return value;
    }
}

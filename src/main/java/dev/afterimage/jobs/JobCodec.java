package dev.afterimage.jobs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.OpenJob;
import dev.afterimage.limit.Purchase;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The one-line JSON form of a job, the same in files and in messages. Its data stands in it as text, because that is
 * already canonical and need not be read again.
 */
public final class JobCodec {

    private static final JsonFactory JSON = new JsonFactory();

    /** Raised when older versions would misread what is written; a member more is no reason. */
    private static final int FORMAT = 3;

    /** What every job without a variant is written as, so that older versions read it. */
    private static final int WITHOUT_VARIANT = 1;

    private static final int WITH_VARIANT = 2;

    private static final int CALLBACK = 3;

    private JobCodec() {}

    public static String encode(Job job) {
        return switch (job) {
            case Job.Image image -> encode(image);
            case Job.Callback callback -> encode(callback);
        };
    }

    private static String encode(Job.Callback callback) {
        StringBuilder out = new StringBuilder(256).append('{');
        field(out, "v", Integer.toString(CALLBACK));
        field(out, "id", callback.id());
        field(out, "callback", callback.url().toString());
        switch (callback.subject()) {
            case Job.Subject.OfImage image -> field(out, "key", image.key().value());
            case Job.Subject.OfBatch batch -> field(out, "batch", batch.batch());
        }
        return out.append('}').toString();
    }

    private static String encode(Job.Image job) {
        ImageRequest request = job.request();
        StringBuilder out = new StringBuilder(request.data().json().length() + 320);
        out.append('{');
        field(out, "v", Integer.toString(request.variant() == 0 ? WITHOUT_VARIANT : WITH_VARIANT));
        field(out, "id", job.id());
        field(out, "key", job.key().value());
        field(out, "lane", job.lane().name().toLowerCase(Locale.ROOT));
        field(out, "caller", job.caller().id());
        job.row().ifPresent(row -> {
            field(out, "batch", row.batch());
            field(out, "line", Integer.toString(row.line()));
        });
        if (!job.horizon().equals(Horizon.NONE)) {
            field(out, "since", millis(job.horizon().since()));
            field(out, "until", millis(job.horizon().until()));
        }
        job.open().ifPresent(open -> {
            field(out, "token", open.token());
            field(out, "departed", Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, open.departed())));
            field(out, "series", open.series());
            field(out, "account", open.account());
            field(out, "ticket", open.ticket());
        });
        field(out, "template", request.template().value());
        field(out, "format", request.format().word());
        if (request.variant() != 0) {
            field(out, "variant", Integer.toString(request.variant()));
        }
        field(out, "data", request.data().json());
        return out.append('}').toString();
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }

    private static void field(StringBuilder out, String name, String value) {
        if (out.length() > 1) {
            out.append(',');
        }
        out.append('"').append(name).append("\":\"");
        JsonStringEncoder.getInstance().quoteAsString(value, out);
        out.append('"');
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws NewerFormatException when a newer version wrote it
     * @throws IllegalArgumentException when it is something else; the message does not repeat it
     */
    public static Job decode(String line) {
        Map<String, String> fields = fields(line);
        int format = Integer.parseInt(fields.getOrDefault("v", "1"));
        if (format > FORMAT) {
            throw new NewerFormatException("a job", format, FORMAT);
        }
        String callback = fields.get("callback");
        return callback == null ? image(fields) : callback(fields, callback);
    }

    private static Job.Callback callback(Map<String, String> fields, String url) {
        String key = fields.get("key");
        return new Job.Callback(
                required(fields, "id"),
                URI.create(url),
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
                        Integer.parseInt(fields.getOrDefault("variant", "0"))),
                Lane.valueOf(required(fields, "lane").toUpperCase(Locale.ROOT)),
                new Caller(required(fields, "caller")),
                batch == null
                        ? Optional.empty()
                        : Optional.of(new BatchRow(batch, Integer.parseInt(required(fields, "line")))),
                fields.containsKey("until")
                        ? new Horizon(instant(required(fields, "since")), instant(required(fields, "until")))
                        : Horizon.NONE,
                Optional.ofNullable(fields.get("ticket"))
                        .map(ticket -> new OpenJob(
                                required(fields, "token"),
                                Instant.EPOCH.plus(Long.parseLong(required(fields, "departed")), ChronoUnit.MICROS),
                                fields.getOrDefault("account", Purchase.DEFAULT_ACCOUNT),
                                required(fields, "series"),
                                ticket)));
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
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

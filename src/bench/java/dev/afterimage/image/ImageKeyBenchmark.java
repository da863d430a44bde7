package dev.afterimage.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.erdtman.jcs.JsonCanonicalizer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a request's bytes to the image's key, beside other ways to a hash of the same bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ImageKeyBenchmark {

    /** 94 bytes, or 64 KiB of rows with texts, numbers and nesting. */
    @Param({"small", "64KiB"})
    public String body;

    private final KeyScheme scheme = new KeyScheme(ProviderIdentity.builtIn("json"));
    private final ObjectMapper mapper = new ObjectMapper();
    private final ObjectMapper sorting = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private byte[] bytes;

    @Setup
    public void write() {
        bytes = (body.equals("small") ? small() : large(64 * 1024)).getBytes(StandardCharsets.UTF_8);
    }

    private static String small() {
        return "{\"template\":\"card\",\"data\":{\"title\":\"Never pay twice\",\"author\":{\"name\":\"Ada\",\"id\":7},\"price\":49.9}}";
    }

    private static String large(int size) {
        StringBuilder json = new StringBuilder("{\"template\":\"card\",\"data\":{\"rows\":[");
        for (int row = 0; json.length() < size - 100; row++) {
            json.append(row == 0 ? "" : ",")
                    .append("{\"title\":\"Title ")
                    .append(row)
                    .append("\",\"price\":")
                    .append(row)
                    .append(".5,\"author\":{\"name\":\"Ada\",\"id\":")
                    .append(row)
                    .append("}}");
        }
        return json.append("]}}").toString();
    }

    /** What the service does: strict, RFC 8785, SHA-256. */
    @Benchmark
    public ImageKey key() {
        return scheme.keyOf(ImageRequestReader.read(ImageRequestReader.decode(bytes), Optional.empty()), 0);
    }

    /** The usual way: parse, write again, hash. Equal data in another order or spelling gets another key. */
    @Benchmark
    public String unsorted() throws IOException {
        return sha256(mapper.writeValueAsBytes(mapper.readTree(bytes)));
    }

    /** The same through maps written in order, which brings equal objects together, but not equal numbers. */
    @Benchmark
    public String sorted() throws IOException {
        return sha256(sorting.writeValueAsBytes(sorting.readValue(bytes, Map.class)));
    }

    /** The reference implementation of RFC 8785, which lets pass what has more than one meaning. */
    @Benchmark
    public String referenceImplementation() throws IOException {
        return sha256(new JsonCanonicalizer(bytes).getEncodedUTF8());
    }

    /** The least there can be: the hash alone. */
    @Benchmark
    public String hash() {
        return sha256(bytes);
    }

    private static String sha256(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}

package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.testing.Jobs;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobCodecTest {

    private static final Horizon HORIZON =
            Horizon.ofPlan(Instant.parse("2026-03-01T02:00:00.123Z"), Duration.ofDays(1));

    @Test
    void jobWithoutAHorizonIsReadableByOlderVersions() {
        String line = JobCodec.encode(Jobs.ofBatch("b", 7));

        assertThat(line).doesNotContain("since", "until");
        assertThat(JobCodec.decode(line)).isEqualTo(Jobs.ofBatch("b", 7));
    }

    @Test
    void aHorizonIsKept() {
        Job.Image planned = Jobs.planned(1, HORIZON);

        assertThat(JobCodec.decode(JobCodec.encode(planned))).isEqualTo(planned);
    }

    @Test
    void openJobIsDecodedAgain() {
        Job.Image open = ((Job.Image) Jobs.ofBatch("b", 7))
                .goingOnWith(new OpenJob(
                        "token-1",
                        Instant.parse("2026-03-01T02:00:00.123456Z"),
                        "second",
                        "17",
                        "https://api/?id=a\"b"));

        assertThat(JobCodec.decode(JobCodec.encode(open))).isEqualTo(open);
    }

    /** An older version would make another image than was asked for. */
    @Test
    void jobWithAVariantHasTheNewerFormatNumber() {
        Job.Image first = Jobs.bulk(1);
        ImageRequest request = first.request();
        Job other = new Job.Image(
                first.id(),
                first.key(),
                new ImageRequest(request.template(), request.data(), request.format(), 7),
                first.lane(),
                first.caller(),
                first.row(),
                first.horizon());

        assertThat(JobCodec.encode(other)).contains("\"v\":\"2\"");
        assertThat(JobCodec.decode(JobCodec.encode(other))).isEqualTo(other);
    }

    @Test
    void aCallbackIsReadAsItWasWritten() {
        for (Job.Subject subject : List.of(
                new Job.Subject.OfBatch("01jqvcx7h5m0a2b3c4d5e6f7g8"),
                new Job.Subject.OfImage(Jobs.bulk(1).key()))) {
            Job callback = new Job.Callback("c-1", URI.create("https://shop.example/told?a=b"), subject);

            assertThat(JobCodec.decode(JobCodec.encode(callback))).isEqualTo(callback);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "template", "format"})
    void aJobWithADamagedMemberIsNoJobAndIsNotRepeated(String member) {
        String line = JobCodec.encode(Jobs.bulk(1)).replaceFirst("\"" + member + "\":\"", "$0 damaged/");

        assertThatThrownBy(() -> JobCodec.decode(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("damaged/");
    }

    @Test
    void jobWithoutAFormatNumberIsReadAndANewerFormatIsRefused() {
        String line = JobCodec.encode(Jobs.bulk(1));

        assertThat(JobCodec.decode(line.replace("\"v\":\"1\",", ""))).isEqualTo(Jobs.bulk(1));
        assertThatThrownBy(() -> JobCodec.decode(line.replace("\"v\":\"1\"", "\"v\":\"7\"")))
                .isInstanceOf(NewerFormatException.class)
                .hasMessage(
                        "a job has format 7, and this version of the service reads up to 3; it is left to a newer one");
    }
}

package dev.afterimage.provider.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CheckedGenerator;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoProviderTest {

    private static final Attempt ATTEMPT = Attempt.of(Lane.INTERACTIVE, new Deadline(Instant.MAX), Orders.next());

    private final MutableClock clock = MutableClock.atSomeTime();
    private final FakePause pause = new FakePause(clock);
    private final DemoProvider provider = new DemoProvider(config(), clock, pause);

    @ParameterizedTest
    @CsvSource({"social-card, 1200, 630", "product-card, 1000, 1000", "chart, 1200, 675"})
    void everyTemplateDrawsAWholeImageInEveryFormatItOffers(String template, int width, int height) throws IOException {
        for (ImageFormat format : new ImageFormat[] {ImageFormat.PNG, ImageFormat.JPEG, ImageFormat.GIF}) {
            ImageRequest request = new ImageRequest(new TemplateId(template), TemplateData.of("{}"), format);
            GeneratedImage image = new CheckedGenerator(provider, 1_000_000).generate(request, ATTEMPT);
            BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(image.content()));
            assertThat(image.format()).isEqualTo(format);
            assertThat(decoded.getWidth()).isEqualTo(width);
            assertThat(decoded.getHeight()).isEqualTo(height);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "social-card | {\"title\":\"A\"} | {\"title\":\"B\"}",
                "social-card | {\"title\":{\"text\":\"A\"}} | {\"title\":{\"text\":\"B\"}}",
                "social-card | {\"title\":\"A\"} | {\"title\":\"A\",\"author\":\"Ada\"}",
                "social-card | {\"title\":\"A\"} | {\"title\":\"A\",\"subtitle\":\"S\"}",
                "product-card | {\"name\":\"A\"} | {\"name\":\"B\"}",
                "product-card | {\"price\":1} | {\"price\":2}",
                "product-card | {\"badge\":\"New\"} | {\"badge\":\"Sale\"}",
                "chart | {\"values\":[1,2]} | {\"values\":[2,1]}",
                "chart | {\"values\":[1,2]} | {\"values\":[1,2],\"type\":\"line\"}",
                "chart | {\"values\":[1,2],\"labels\":[\"a\",\"b\"]} | {\"values\":[1,2],\"labels\":[\"a\",\"c\"]}"
            })
    void differentDataDrawsDifferentImages(String template, String one, String other) {
        assertThat(draw(template, one).content())
                .isNotEqualTo(draw(template, other).content());
    }

    @Test
    void theSameDataDrawsTheSameImage() {
        assertThat(draw("product-card", "{\"name\":\"A\"}").content())
                .isEqualTo(draw("product-card", "{ \"name\" : \"A\" }").content());
    }

    @Test
    void aTitleIsDrawnInLightLetters() throws IOException {
        BufferedImage drawn = decode(draw("social-card", "{\"title\":\"MMMM\"}"));
        int white = 0;
        for (int x = 84; x < 500; x++) {
            for (int y = 180; y < 400; y++) {
                white += (drawn.getRGB(x, y) & 0xFFFFFF) == 0xFFFFFF ? 1 : 0;
            }
        }
        assertThat(white).isBetween(5_000, 60_000);
    }

    @Test
    void oddAndVeryLongTextsAreDrawn() {
        String endless = "ÄÖÜ Ελλάδα кириллица 漢字 🎨 ".repeat(200);
        assertThat(draw(
                                "social-card",
                                "{\"title\":\"" + endless + "\",\"subtitle\":\"" + endless + "\",\"tag\":\"" + endless
                                        + "\",\"author\":\"" + endless + "\",\"site\":\"" + endless + "\"}")
                        .content())
                .isNotEmpty();
        assertThat(draw("product-card", "{\"name\":\"" + "W".repeat(900) + "\",\"price\":\"" + "9".repeat(90) + "\"}")
                        .content())
                .isNotEmpty();
        assertThat(draw("social-card", "{\"title\":\"\",\"author\":\" \\t \\u0000\"}")
                        .content())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"values\":[0]}",
                "{\"values\":[0,0,0]}",
                "{\"values\":[-1,-2]}",
                "{\"values\":[1e12,-1e12]}",
                "{\"values\":[0.0001]}",
                "{\"values\":\"1, 2, 3\",\"labels\":\"a, b\"}",
                "{\"values\":[\"1\",\"2.5\"]}",
                "{\"values\":[1],\"labels\":[\"a\",\"b\",\"c\"],\"type\":\"line\"}"
            })
    void chartIsDrawnAtEveryScale(String data) {
        assertThat(draw("chart", data).content()).isNotEmpty();
    }

    @Test
    void anUnknownTemplateIsRejectedNamingTheKnownOnes() {
        assertThatThrownBy(() -> draw("poster", "{}"))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TEMPLATE))
                .hasMessageContainingAll("social-card", "product-card", "chart");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "social-card | {\"title\":[1]} | data.title",
                "social-card | {\"author\":{\"name\":\"secret\"}} | data.author",
                "product-card | {\"price\":{}} | data.price",
                "chart | {\"values\":{}} | data.values",
                "chart | {\"values\":[]} | data.values",
                "chart | {\"values\":[\"secret\"]} | data.values",
                "chart | {\"values\":[1e13]} | data.values",
                "chart | {\"values\":[\"NaN\"]} | data.values",
                "chart | {\"values\":[null]} | data.values",
                "chart | {\"values\":7} | data.values",
                "chart | {\"values\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]} | data.values",
                "chart | {\"labels\":[[1]]} | data.labels"
            })
    void dataOfTheWrongTypeIsRejectedSayingWhatIsExpected(String template, String data, String name) {
        assertThatThrownBy(() -> draw(template, data))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DATA))
                .hasMessageContaining(name)
                .hasMessageNotContaining("secret");
    }

    @Test
    void webpIsRejectedWithAHint() {
        ImageRequest request = new ImageRequest(new TemplateId("chart"), TemplateData.of("{}"), ImageFormat.WEBP);
        assertThatThrownBy(() -> provider.generate(request, ATTEMPT))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DATA))
                .hasMessageContaining("png");
    }

    @Test
    void imageTakesTheConfiguredTime() {
        draw("chart", "{}");
        assertThat(pause.waits()).containsExactly(Duration.ofMillis(400));
    }

    @Test
    void tooManyCallsAreThrottledWithAWait() {
        DemoProvider quick = new DemoProvider(config(), clock, wait -> {});
        ImageRequest unknown = new ImageRequest(new TemplateId("none"), TemplateData.of("{}"), ImageFormat.PNG);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> quick.generate(unknown, ATTEMPT)).isInstanceOf(RejectedException.class);
        }
        assertThatThrownBy(() -> quick.generate(unknown, ATTEMPT))
                .isInstanceOfSatisfying(ThrottledException.class, e -> {
                    assertThat(e.retryAfter()).contains(Duration.ofSeconds(1));
                    assertThat(e.byProvider()).isTrue();
                });
    }

    @Test
    void callWithALapsedPermitDoesNotArrive() {
        Attempt lapsed = ATTEMPT.withDeparture(() -> {
            throw new PermitLapsedException(Duration.ofSeconds(1));
        });
        ImageRequest request = new ImageRequest(new TemplateId("chart"), TemplateData.of("{}"), ImageFormat.PNG);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> provider.generate(request, lapsed)).isInstanceOf(PermitLapsedException.class);
        }
        assertThat(provider.generate(request, ATTEMPT).format()).isEqualTo(ImageFormat.PNG);
    }

    @Test
    void aCancelledCallMayHaveBeenBilled() {
        Pause cancelled = wait -> {
            throw new InterruptedException();
        };
        DemoProvider interrupted = new DemoProvider(config(), clock, cancelled);
        ImageRequest request = new ImageRequest(new TemplateId("chart"), TemplateData.of("{}"), ImageFormat.PNG);
        assertThatThrownBy(() -> interrupted.generate(request, ATTEMPT)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private GeneratedImage draw(String template, String data) {
        return provider.generate(
                new ImageRequest(new TemplateId(template), TemplateData.of(data), ImageFormat.PNG), ATTEMPT);
    }

    private static BufferedImage decode(GeneratedImage image) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(image.content()));
    }

    /** The defaults. */
    private static DemoConfig config() {
        return Configs.of(DemoConfig.class);
    }
}

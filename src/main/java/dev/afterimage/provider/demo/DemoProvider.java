package dev.afterimage.provider.demo;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.provider.demo.TrueTypeFont.Fonts;
import dev.afterimage.time.Pause;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The built-in renderer: draws images without an account, and behaves like a rate-limited API (latency, a strict window,
 * 429 with the wait).
 */
public final class DemoProvider implements ImageGenerator {

    private static final float JPEG_QUALITY = 0.92f;
    private static final String HEADLESS = "java.awt.headless";

    private final Duration latency;
    private final DemoWindow window;
    private final Pause pause;
    private final Map<String, DemoTemplate> templates;

    /** A renderer that behaves as configured. */
    public DemoProvider(DemoConfig config, Clock clock, Pause pause) {
        this.latency = config.latency();
        this.window = new DemoWindow(config.rate(), config.window(), clock);
        this.pause = pause;
        // With DISPLAY set, even drawing into memory would load the X11 libraries, which a JRE without a desktop lacks.
        if (System.getProperty(HEADLESS) == null) {
            System.setProperty(HEADLESS, "true");
        }
        Fonts fonts = Fonts.bundled();
        this.templates = new TreeMap<>(Map.of(
                "social-card", new SocialCard(fonts),
                "product-card", new ProductCard(fonts),
                "chart", new Chart(fonts)));
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        attempt.departure().now();
        Optional<Duration> wait = window.arrive();
        if (wait.isPresent()) {
            throw ThrottledException.byProvider(wait);
        }
        DemoTemplate template = templateOf(request);
        if (request.format() == ImageFormat.WEBP) {
            throw new RejectedException(
                    Reason.DATA, "The demo provider draws png, jpeg and gif; ask for one of them instead of webp.");
        }
        BufferedImage image = template.draw(DemoData.of(request));
        awaitLatency();
        return encode(image, request.format());
    }

    private DemoTemplate templateOf(ImageRequest request) {
        DemoTemplate template = templates.get(request.template().value());
        if (template == null) {
            throw new RejectedException(
                    Reason.TEMPLATE,
                    "The demo provider draws the templates " + String.join(", ", templates.keySet())
                            + "; take one of them.");
        }
        return template;
    }

    private static GeneratedImage encode(BufferedImage image, ImageFormat format) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format.word()).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * 1024);
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (format == ImageFormat.JPEG) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(JPEG_QUALITY);
            }
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return new GeneratedImage(bytes.toByteArray(), format);
    }

    private void awaitLatency() {
        try {
            pause.await(latency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the demo was drawing", e);
        }
    }

    /**
     * A strict sliding window: no window, wherever it begins, has more arrivals than the rate. It shares no code with this
     * service's limiter, so that the demo can test the limiter.
     */
    static final class DemoWindow {

        private final int rate;
        private final Duration window;
        private final Clock clock;
        private final Deque<Instant> arrivals = new ArrayDeque<>();
        private final Lock lock = new ReentrantLock();

        DemoWindow(int rate, Duration window, Clock clock) {
            if (rate < 1 || !window.isPositive()) {
                throw new IllegalArgumentException("afterimage.demo.rate and .window must be above zero");
            }
            this.rate = rate;
            this.window = window;
            this.clock = clock;
        }

        /** Counts one arrival, or returns the wait until there is room, above zero. A refused arrival does not count. */
        Optional<Duration> arrive() {
            lock.lock();
            try {
                Instant now = clock.instant();
                while (!arrivals.isEmpty() && !arrivals.getFirst().plus(window).isAfter(now)) {
                    arrivals.removeFirst();
                }
                if (arrivals.size() >= rate) {
                    return Optional.of(Duration.between(now, arrivals.getFirst().plus(window)));
                }
                arrivals.addLast(now);
                return Optional.empty();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Draws one kind of image. */
    @FunctionalInterface
    interface DemoTemplate {

        /**
         * Draws an image of this data. Missing values are replaced by samples, so that {@code {}} shows what the template
         * can do.
         *
         * @throws dev.afterimage.generation.GenerationException.RejectedException when a value has the wrong type
         */
        BufferedImage draw(DemoData data);
    }
}

package dev.afterimage.provider.demo;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.time.Pause;
import java.awt.image.BufferedImage;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The built-in renderer: draws real images without an account, and behaves like a rate-limited API (latency, a strict
 * window, 429 with the wait).
 */
public final class DemoProvider implements ImageGenerator {

    private final Duration latency;
    private final DemoWindow window;
    private final Pause pause;
    private final Map<String, DemoTemplate> templates;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong throttled = new AtomicLong();

    /** A renderer that behaves as configured. */
    public DemoProvider(DemoConfig config, Clock clock, Pause pause) {
        this.latency = config.latency();
        this.window = new DemoWindow(config.rate(), config.window(), clock);
        this.pause = pause;
        Headless.enable();
        Fonts fonts = Fonts.bundled();
        this.templates = new TreeMap<>(Map.of(
                "social-card", new SocialCard(fonts),
                "product-card", new ProductCard(fonts),
                "chart", new Chart(fonts)));
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        attempt.departure().now();
        calls.incrementAndGet();
        Optional<Duration> wait = window.arrive();
        if (wait.isPresent()) {
            throttled.incrementAndGet();
            throw ThrottledException.byProvider(wait);
        }
        DemoTemplate template = templateOf(request);
        ImageEncoder encoder = ImageEncoder.of(request.format());
        BufferedImage image = template.draw(DemoData.of(request));
        takeTime();
        return encoder.encode(image);
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

    private void takeTime() {
        try {
            pause.await(latency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the demo was drawing", e);
        }
    }

    /** The calls that arrived, those answered 429 included. */
    public long calls() {
        return calls.get();
    }

    /** The calls that were answered 429. */
    public long throttled() {
        return throttled.get();
    }
}

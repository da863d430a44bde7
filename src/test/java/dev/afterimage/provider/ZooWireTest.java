package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.provider.zoo.ZooServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What is written to a real socket is what the doubles take. */
class ZooWireTest {

    @RegisterExtension
    private static final ProviderBench bench = new ProviderBench();

    /** Bedrock's signature is for its own host. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "BEDROCK")
    void theImageIsFoundOverASocket(Zoo animal) {
        ApiDouble api = animal.in(bench.clock);
        Description description = Descriptions.of(api.kind());
        String url = description.url().orElseThrow().beginning();
        try (ZooServer server = new ZooServer(api, url)) {
            List<String> settings = new ArrayList<>(List.of("url", server.local(url), "allowed-hosts", "127.0.0.1"));
            api.settings().forEach((name, value) -> settings.addAll(List.of(name, value)));
            DescribedProvider provider = bench.described(description, settings.toArray(String[]::new));

            for (int number = 0; number < 2; number++) {
                ImageRequest request =
                        new ImageRequest(new TemplateId("card"), TemplateData.of(api.data(number)), ImageFormat.PNG);
                assertThat(provider.generate(request, ProviderBench.attempt()).content())
                        .isEqualTo(api.image());
            }
        }
        assertThat(api.billed()).isEqualTo(2);
    }
}

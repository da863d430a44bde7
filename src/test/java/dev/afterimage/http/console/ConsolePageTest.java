package dev.afterimage.http.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.testing.BrowserTab;
import dev.afterimage.testing.Chromium;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console as a person uses it, in a real browser against the whole service. Needs a Chromium; .ci/run installs one. */
@QuarkusTest
@TestProfile(LocalDemo.class)
class ConsolePageTest {

    private static Chromium browser;

    @TestHTTPResource("/")
    URI root;

    private BrowserTab tab;

    @BeforeAll
    static void startBrowser() throws IOException {
        Optional<Path> chromium = Chromium.installed();
        assumeTrue(chromium.isPresent(), "no Chromium is installed here");
        browser = Chromium.start(chromium.get());
    }

    @AfterAll
    static void stopBrowser() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        tab = browser.open(root);
        tab.resize(1280, 1400);
    }

    @AfterEach
    void nothingWasRefusedAndNothingThrew() {
        // A 4xx that the page shows to its user is logged by the browser, too.
        assertThat(tab.complaints()).allMatch(complaint -> complaint.contains("status of 4"));
    }

    @Test
    void askingShowsTheImageAndAskingAgainIsAHit() {
        tab.click("#fresh");
        tab.click("#ask-button");
        tab.await("document.getElementById('word').textContent === 'stored'");
        assertThat(tab.text("#time")).matches("\\d+ ms|\\d+\\.\\d s");
        assertThat(tab.text("#key")).matches("[0-9a-f]{64}");
        assertThat(tab.evaluate("document.getElementById('image').naturalWidth").asInt())
                .isEqualTo(1200);
        assertThat(tab.evaluate("document.getElementById('url').href").asText())
                .contains("/cdn/images/")
                .contains("Signature=");
        tab.click("#again");
        tab.await("document.getElementById('word').textContent === 'hit'");
        assertThat(tab.evaluate("[...document.querySelectorAll('#history li')].map((li) => li.dataset.outcome)"))
                .extracting(JsonNode::asText)
                .containsExactly("hit", "stored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"social-card", "product-card", "chart"})
    void theExampleOfEachTemplateWorks(String template) {
        choose(template);
        tab.click("#ask-button");
        tab.await("['stored', 'hit'].includes(document.getElementById('word').textContent)");
    }

    @Test
    void aProblemStandsBesideTheFieldThatHasIt() {
        tab.evaluate("document.getElementById('data').value = '{\"title\": 1, \"title\": 2}'");
        tab.click("#ask-button");
        tab.await("document.getElementById('word').textContent === 'failed'");
        assertThat(tab.text("#data-problem")).contains("stands twice").contains("line 1, column 21;");
        assertThat(tab.evaluate("document.getElementById('data').getAttribute('aria-invalid')")
                        .asText())
                .isEqualTo("true");
        tab.click("#fresh");
        assertThat(tab.evaluate("document.getElementById('data-problem').hidden")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aTemplateThatNobodyKnowsIsToldBesideItsName() {
        choose("");
        tab.evaluate("document.getElementById('other').value = 'unheard-of'");
        tab.click("#ask-button");
        tab.await("document.getElementById('word').textContent === 'failed'");
        assertThat(tab.text("#template-problem")).contains("social-card");
    }

    @Test
    void aStampedeOfAHundredIsOneBill() {
        tab.click("#stampede");
        tab.await("document.querySelector('#tally strong')");
        Matcher tally =
                Pattern.compile("1 bill, (\\d+) collapsed, (\\d+) hits\\. .*").matcher(tab.text("#tally"));
        assertThat(tally).matches(Matcher::matches);
        assertThat(Integer.parseInt(tally.group(1)) + Integer.parseInt(tally.group(2)))
                .isEqualTo(99);
    }

    @Test
    void aCatalogueIsWatchedToItsEnd(@TempDir Path folder) throws Exception {
        long run = ProcessHandle.current().pid();
        Path csv = folder.resolve("products.csv");
        Files.writeString(csv, "name,price,run\nLamp,1,%d\nMug,2,%d\nLamp,1,%d\n".formatted(run, run, run));
        tab.choose("#csv", csv);
        tab.click("#upload");
        tab.await("document.getElementById('batch-tally').textContent.startsWith('Finished')");
        assertThat(tab.text("#batch-tally")).endsWith("0 failed.");
        assertThat(tab.evaluate("document.getElementById('bar').getAttribute('aria-valuenow')")
                        .asText())
                .isEqualTo("3");
    }

    @Test
    void theTilesFollowTheService() {
        tab.click("#fresh");
        tab.click("#ask-button");
        tab.await("/^p95 /.test(document.querySelector('[data-sub=latency]').textContent)");
        tab.await("/^\\d+ %$/.test(document.querySelector('[data-tile=ratio]').textContent)");
        tab.await("document.querySelector('#requests-plot path[data-outcome=stored]').getAttribute('d') !== ''");
        assertThat(tab.text("#pulse")).isEqualTo("refreshed each second");
    }

    @Test
    void everythingIsReachedByKeyboardAndShowsItsFocus() {
        List<String> visited = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            tab.press("Tab");
            visited.add(tab.evaluate("document.activeElement.id || document.activeElement.name")
                    .asText());
            assertThat(tab.evaluate("""
                                    (() => {
                                      const at = document.activeElement;
                                      const shown = at.name === 'theme' ? at.nextElementSibling : at;
                                      return getComputedStyle(shown).outlineStyle;
                                    })()""").asText()).isNotEqualTo("none");
        }
        assertThat(visited)
                .containsSubsequence("theme", "template", "format", "data", "ask-button", "fresh", "stampede", "csv");
    }

    @Test
    void theFormIsSentByKeyboard() {
        tab.evaluate("document.getElementById('ask-button').focus()");
        tab.press("Enter");
        tab.await("['stored', 'hit'].includes(document.getElementById('word').textContent)");
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("ask-button");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyTextHasEnoughContrastAndEveryFieldALabel(String scheme) throws Exception {
        tab.prefers(scheme, true);
        tab.click("#ask-button");
        tab.await("['stored', 'hit'].includes(document.getElementById('word').textContent)");
        tab.click("#again");
        tab.evaluate("document.querySelectorAll('[hidden]').forEach((it) => { it.hidden = false; })");
        try (var audit = getClass().getResourceAsStream("/console/audit.js")) {
            JsonNode findings = tab.evaluate(new String(audit.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(findings).isEmpty();
        }
    }

    @Test
    void theChosenThemeOutlivesTheVisit() {
        tab.prefers("light", true);
        String light = background();
        tab.click("#theme input[value=dark]");
        String dark = background();
        tab.go(root);
        assertThat(background()).isEqualTo(dark).isNotEqualTo(light);
        tab.click("#theme input[value=auto]");
        assertThat(background()).isEqualTo(light);
    }

    @Test
    void aPhoneNeedsNoSidewaysScrolling() {
        tab.resize(375, 800);
        assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(375);
    }

    @Test
    void nothingMovesForThoseWhoPreferThat() {
        tab.prefers("light", true);
        assertThat(tab.evaluate(
                                "document.getAnimations().filter((animation) => animation.playState === 'running').length")
                        .asInt())
                .isZero();
    }

    private void choose(String template) {
        tab.evaluate("""
                (() => {
                  const select = document.getElementById('template');
                  select.value = '%s';
                  select.dispatchEvent(new Event('change'));
                })()""".formatted(template));
    }

    private String background() {
        return tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
                .asText();
    }
}

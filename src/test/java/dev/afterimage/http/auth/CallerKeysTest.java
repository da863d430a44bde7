package dev.afterimage.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.http.auth.Client.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerKeysTest {

    private static final String SHOP = "afterimage.auth.keys.\"shop\"";

    @TempDir
    Path folder;

    private static CallerKeys keys(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new CallerKeys(KeysProfile.config(all));
    }

    private CallerKeys file(String text) throws IOException {
        return keys(
                "afterimage.auth.key-file",
                Files.writeString(folder.resolve("keys"), text).toString());
    }

    @Test
    void aKeyIsKnownByItsHash() {
        CallerKeys keys = keys(SHOP + ".hash", CallerKeys.hash("one"), SHOP + ".roles", "ask,batch");

        assertThat(keys.find("one")).contains(Client.named("shop", Set.of(Role.ASK, Role.BATCH)));
        assertThat(keys.find("One")).isEmpty();
        assertThat(keys.find(CallerKeys.hash("one"))).isEmpty();
    }

    /** As sha256sum prints it. */
    @Test
    void theHashIsSha256InHexadecimal() {
        assertThat(CallerKeys.hash("abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void twoKeysOfOneClientAreAcceptedDuringARotation() {
        CallerKeys keys = keys(
                SHOP + ".hash",
                CallerKeys.hash("old") + "," + CallerKeys.hash("new").toUpperCase(java.util.Locale.ROOT),
                SHOP + ".roles",
                "ask");

        assertThat(keys.find("old")).isPresent().isEqualTo(keys.find("new"));
    }

    @Test
    void aFileHoldsAClientALine() throws IOException {
        CallerKeys keys = file("# who   roles  hashes\n\n  shop ask,batch\t" + CallerKeys.hash("one") + ","
                + CallerKeys.hash("two") + "\r\nops operate " + CallerKeys.hash("three") + "\n");

        assertThat(keys.find("two")).contains(Client.named("shop", Set.of(Role.ASK, Role.BATCH)));
        assertThat(keys.find("three")).contains(Client.named("ops", Set.of(Role.OPERATE)));
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithItsKey() {
        assertThatThrownBy(() ->
                        keys("afterimage.auth.key-file", folder.resolve("none").toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("afterimage.auth.key-file", "none");
        assertThatThrownBy(() -> keys("afterimage.auth.key-file", folder.toString()))
                .hasMessageContaining("afterimage.auth.key-file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shop ask|a name, its roles and its hashes",
                "shop ask x y|a name, its roles and its hashes",
                "shop asks HASH|no role asks",
                "shop ask, HASH|no role",
                "shop ASK HASH|no role ASK",
                "sh/op ask HASH|name each client",
                "shop ask x|64 hexadecimal",
                "shop ask HASH,HASH|this hash is set already",
                "shop ask HASH,HASH,HASH|one hash or two"
            })
    void malformedLineIsNamed(String line, String says) {
        assertThatThrownBy(() -> file("\n" + line.replace("HASH", CallerKeys.hash("one")) + "\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("afterimage.auth.key-file, line 2", says);
    }

    @Test
    void duplicateClientNameIsRefused() {
        String line = "shop ask " + CallerKeys.hash("one") + "\n";
        assertThatThrownBy(() -> file(line + line.replace("ask ", "batch "))).hasMessageContainingAll("line 2", "once");
    }

    @Test
    void malformedHashIsNamedByItsKeyAndNotQuoted() {
        assertThatThrownBy(() -> keys(SHOP + ".hash", "my-secret-key", SHOP + ".roles", "ask"))
                .hasMessageContaining(SHOP)
                .hasMessageNotContaining("my-secret-key");
    }

    @Test
    void unknownRoleIsNamedWithItsKey() {
        assertThatThrownBy(() -> keys(SHOP + ".hash", CallerKeys.hash("one"), SHOP + ".roles", "ask,all"))
                .hasStackTraceContaining("afterimage.auth.keys.\"shop\".roles")
                .hasStackTraceContaining("all");
    }

    @Test
    void noKeyAtAllIsRefused() {
        assertThatThrownBy(CallerKeysTest::keys).hasMessageContaining("afterimage.auth.keys");
    }

    @Test
    void aNewKeyHas256RandomBits() {
        Random random = new Random(1);
        String key = CallerKeys.generate(random);

        assertThat(key).matches("afterimage_[0-9a-f]{64}").isNotEqualTo(CallerKeys.generate(random));
    }
}

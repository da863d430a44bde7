package dev.afterimage.local;

import static dev.afterimage.local.DirectoryListing.filesIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.JavaProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key pair that is made at first start. */
class PemKeyFileTest {

    @TempDir
    Path root;

    private final FailingDisk disk = new FailingDisk();

    @Test
    void theFirstStartMakesAnRsa2048Key() {
        PrivateKey key = keyFile().readOrCreate();

        assertThat(((RSAKey) key).getModulus().bitLength()).isEqualTo(2048);
    }

    @Test
    void theNextStartReadsTheSameKey() {
        PrivateKey made = keyFile().readOrCreate();

        PrivateKey kept = keyFile().readOrCreate();

        assertThat(kept).isEqualTo(made);
    }

    @Test
    void keyIsStoredAsPkcs8PemWithoutOtherFiles() throws IOException {
        PrivateKey key = keyFile().readOrCreate();

        List<String> lines = Files.readAllLines(file());
        assertThat(lines).first().isEqualTo("-----BEGIN PRIVATE KEY-----");
        assertThat(lines).last().isEqualTo("-----END PRIVATE KEY-----");
        assertThat(lines).allMatch(line -> line.length() <= 64);
        assertThat(Base64.getDecoder().decode(String.join("", lines.subList(1, lines.size() - 1))))
                .isEqualTo(key.getEncoded());
        assertThat(filesIn(root)).containsExactly(file());
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        assumeThat(LocalDisk.isPosix(root)).isTrue();

        keyFile().readOrCreate();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void linesMayEndAsOnWindows() throws IOException {
        PrivateKey made = keyFile().readOrCreate();
        Files.writeString(file(), Files.readString(file()).replace("\n", "\r\n"));

        assertThat(keyFile().readOrCreate()).isEqualTo(made);
    }

    @Test
    void processesThatStartTogetherAgreeOnOne() throws Exception {
        try (JavaProcess one = JavaProcess.start(Starter.class, root);
                JavaProcess two = JavaProcess.start(Starter.class, root);
                JavaProcess three = JavaProcess.start(Starter.class, root)) {
            List<JavaProcess> all = List.of(one, two, three);
            all.forEach(process -> assertThat(process.nextLine()).isEqualTo("ready"));
            all.forEach(process -> process.send("go"));

            assertThat(Stream.of(one.nextLine(), two.nextLine(), three.nextLine())
                            .distinct())
                    .containsExactly(text(keyFile().readOrCreate()));
        }
    }

    @Test
    void aDamagedKeyIsNamedAndNeitherReplacedNorQuoted() throws IOException {
        keyFile().readOrCreate();
        String pem = Files.readString(file());
        String damaged = pem.substring(0, 200) + "\n-----END PRIVATE KEY-----\n";
        Files.writeString(file(), damaged);

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> keyFile().readOrCreate())
                .withMessageContaining("delivery-key.pem")
                .satisfies(e -> assertThat(stackTraceOf(e)).doesNotContain(pem.substring(30, 60)));
        assertThat(file()).hasContent(damaged);
    }

    @Test
    void aFileWithoutAKeyIsNamed() throws IOException {
        Files.writeString(file(), "");

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> keyFile().readOrCreate());
    }

    @Test
    void aFullDiskIsNamedAndLeavesNoPieceOfAKey() {
        disk.fail(FailingDisk.Fault.FULL);

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> keyFile().readOrCreate())
                .withMessageContaining("is full");
        assertThat(filesIn(root)).isEmpty();
    }

    private PemKeyFile keyFile() {
        return new PemKeyFile(new DataDirectory(root, Clock.systemUTC(), disk));
    }

    private Path file() {
        return root.resolve("delivery-key.pem");
    }

    private static String stackTraceOf(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String text(PrivateKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** A process that asks for the key when it is told to. */
    static final class Starter {

        public static void main(String[] args) throws IOException {
            PemKeyFile file = new PemKeyFile(new DataDirectory(Path.of(args[0]), Clock.systemUTC()));
            System.out.println("ready");
            System.in.read();
            System.out.println(text(file.readOrCreate()));
        }
    }
}

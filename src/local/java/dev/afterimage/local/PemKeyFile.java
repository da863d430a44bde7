package dev.afterimage.local;

import dev.afterimage.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * The key pair that signs URLs when none is configured: RSA-2048, which is what CloudFront takes, made at first start and
 * kept as PKCS#8 PEM (RFC 7468, section 10) that only its owner may read. Processes that start together agree on one.
 */
public final class PemKeyFile {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final DataDirectory directory;
    private final Path file;

    /** The file {@code delivery-key.pem} of this directory. */
    public PemKeyFile(DataDirectory directory) {
        this.directory = directory;
        this.file = directory.path("delivery-key.pem");
    }

    /**
     * Reads the key pair, and makes it first when there is none.
     *
     * @throws StoreUnavailableException when the directory cannot be used or the file holds no such key
     */
    public KeyPair readOrCreate() {
        try {
            return directory.mutex("delivery-key").hold(() -> {
                Optional<KeyPair> kept = read();
                return kept.isPresent() ? kept.get() : create();
            });
        } catch (IOException e) {
            throw new StoreUnavailableException(directory.explain(e), e);
        }
    }

    private Optional<KeyPair> read() throws IOException {
        try {
            return Optional.of(decode(Files.readString(file, StandardCharsets.ISO_8859_1)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private KeyPair create() throws IOException {
        KeyPair pair = generate();
        try (AtomicFile pem = directory.writeSecret(encode(pair.getPrivate()))) {
            pem.commit(file);
        }
        return pair;
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform must support RSA-2048", e);
        }
    }

    private static byte[] encode(PrivateKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return (BEGIN + '\n' + body + '\n' + END + '\n').getBytes(StandardCharsets.US_ASCII);
    }

    /** The cause is left out of what is thrown, lest a parser quote a piece of the key. */
    private KeyPair decode(String pem) throws IOException {
        try {
            int begin = pem.indexOf(BEGIN) + BEGIN.length();
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin, pem.indexOf(END, begin)));
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            if (rsa.generatePrivate(new PKCS8EncodedKeySpec(der)) instanceof RSAPrivateCrtKey key) {
                RSAPublicKeySpec publicPart = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
                return new KeyPair(rsa.generatePublic(publicPart), key);
            }
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw notAKey();
        }
        throw notAKey();
    }

    private DamagedFileException notAKey() {
        return new DamagedFileException(
                file.getFileName() + " must hold an RSA private key as PKCS#8 PEM; remove it to have a new one made");
    }
}

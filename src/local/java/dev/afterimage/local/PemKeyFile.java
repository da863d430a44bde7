package dev.afterimage.local;

import dev.afterimage.delivery.PemKeys;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Optional;

/**
 * The key pair that signs URLs when none is configured: RSA-2048, as CloudFront requires. It is made at the first start
 * and kept as PKCS#8 PEM (RFC 7468, section 10), which only its owner may read. Processes that start together agree on
 * one.
 */
public final class PemKeyFile {

    private final DataDirectory directory;
    private final Path file;

    /** The file {@code delivery-key.pem} of this directory. */
    public PemKeyFile(DataDirectory directory) {
        this.directory = directory;
        this.file = directory.path("delivery-key.pem");
    }

    /**
     * Reads the private key, and makes it first when there is none. The public key follows from it.
     *
     * @throws StoreUnavailableException when the directory cannot be used or the file holds no such key
     */
    public PrivateKey readOrCreate() {
        try {
            return directory.mutex("delivery-key").hold(() -> {
                Optional<String> kept = DataDirectory.text(file);
                return kept.isPresent() ? decode(kept.get()) : create();
            });
        } catch (IOException e) {
            throw new StoreUnavailableException(directory.explain(e), e);
        }
    }

    private PrivateKey create() throws IOException {
        PrivateKey key = generate();
        try (AtomicFile pem = directory.writeSecret(PemKeys.write(key).getBytes(StandardCharsets.US_ASCII))) {
            pem.commit(file);
        }
        return key;
    }

    private static PrivateKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair().getPrivate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform must support RSA-2048", e);
        }
    }

    /** Reads the key. The cause is left out of the exception, because a parser may quote a part of the key. */
    private PrivateKey decode(String pem) throws IOException {
        try {
            return PemKeys.readPrivate(pem);
        } catch (IllegalArgumentException notAKey) {
            throw new DataDirectory.DamagedFileException(
                    file.getFileName() + " must hold an RSA private key as PEM; remove it to have a new one made");
        }
    }
}

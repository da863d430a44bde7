package dev.afterimage.wiring;

import dev.afterimage.aws.CloudFrontSigner;
import dev.afterimage.aws.RefreshedSecret;
import dev.afterimage.aws.S3Bucket;
import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.S3UrlSigner;
import dev.afterimage.aws.SecretKeys;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.CannedPolicyVerifier;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.KeptUrls;
import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.delivery.MemoisedSigner;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.pipeline.Drain;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;

/** Chooses how URLs are signed, and what the local CDN accepts. */
class DeliveryWiring {

    /** The id of the key that is made at the first start. */
    private static final String OWN_KEY = "local";

    @Singleton
    BaseUrl baseUrl(DeliveryConfig config) {
        return BaseUrl.of(config.baseUrl());
    }

    @Singleton
    ExpiryWindow expiryWindow(DeliveryConfig config, Clock clock) {
        return new ExpiryWindow(config.urlTtl(), clock);
    }

    /**
     * The key that URLs are signed with: from Secrets Manager if a secret is named, else from the configuration, else
     * made at the first start.
     */
    @Singleton
    Supplier<SigningKey> signingKeys(
            DeliveryConfig config, Instance<RefreshedSecret.Source> secrets, Instance<LocalBackend> local) {
        if (config.privateKeySecret().isPresent()) {
            return new RefreshedSecret<>(
                    secrets.get(),
                    config.privateKeySecret().get(),
                    SecretKeys::signingKey,
                    e -> new SigningKeyUnavailableException("There is no key to sign URLs with. " + e.getMessage(), e));
        }
        PrivateKey privateKey = config.privateKey()
                .map(PemKeys::readPrivate)
                .orElseGet(() -> LocalBackend.of(local).deliveryKey());
        SigningKey key = new SigningKey(config.keyPairId().orElse(OWN_KEY), privateKey);
        return () -> key;
    }

    /**
     * Request links, signed with secrets from Secrets Manager or the configuration; else, on a laptop, with one that is
     * derived from the key that was made at the first start.
     */
    @Singleton
    RequestLinks requestLinks(
            LinkConfig config,
            DeliveryConfig delivery,
            Instance<RefreshedSecret.Source> stored,
            Instance<LocalBackend> local,
            Clock clock) {
        if (config.storedSecrets().isPresent()) {
            return new RequestLinks(
                    new RefreshedSecret<>(
                            stored.get(),
                            config.storedSecrets().get(),
                            SecretKeys::linkSecrets,
                            e -> new SigningKeyUnavailableException(
                                    "There is no secret to sign links with. " + e.getMessage(), e)),
                    clock);
        }
        RequestLinks.Secrets secrets = linkSecrets(config, delivery, local);
        return new RequestLinks(() -> secrets, clock);
    }

    private static RequestLinks.Secrets linkSecrets(
            LinkConfig config, DeliveryConfig delivery, Instance<LocalBackend> local) {
        Map<String, String> secrets = config.secrets();
        if (!secrets.isEmpty()) {
            Map<String, byte[]> bytes = secrets.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, secret -> secret.getValue().getBytes(StandardCharsets.UTF_8)));
            return new RequestLinks.Secrets(
                    bytes, config.current().or(() -> secrets.keySet().stream().findFirst()));
        }
        boolean ownKey =
                delivery.privateKey().isEmpty() && delivery.privateKeySecret().isEmpty() && local.isResolvable();
        if (!ownKey) {
            return RequestLinks.Secrets.NONE;
        }
        byte[] secret = RequestLinks.derived(local.get().deliveryKey().getEncoded());
        return new RequestLinks.Secrets(Map.of(OWN_KEY, secret), Optional.of(OWN_KEY));
    }

    @Singleton
    UrlSigner urlSigner(
            DeliveryConfig config,
            BaseUrl baseUrl,
            Instance<Supplier<SigningKey>> keys,
            @Identifier(ClientWiring.LIMITED) Instance<S3Client> s3,
            S3Config s3Config,
            ExpiryWindow window,
            ImageIndex index,
            Drain drain,
            Clock clock) {
        return switch (config.signer()) {
            case CLOUDFRONT -> {
                CloudFrontSigner signer = new CloudFrontSigner(baseUrl, keys.get(), window);
                yield remembered(signer, signer::fingerprint, window, index, drain, config);
            }
            case S3 ->
                MemoisedSigner.renewing(
                        new S3UrlSigner(S3Bucket.of(s3.get(), s3Config), window), window, config.memoisedUrls(), clock);
            case PUBLIC -> unsigned(baseUrl, window);
        };
    }

    /** For a signer that takes long: one process signs, the fleet's index keeps the URL, and each process remembers it. */
    static UrlSigner remembered(
            UrlSigner signer,
            Supplier<String> fingerprint,
            ExpiryWindow window,
            ImageIndex index,
            Drain drain,
            DeliveryConfig config) {
        return new MemoisedSigner(
                new KeptUrls(signer, fingerprint, window, keeper(index, drain)), window, config.memoisedUrls());
    }

    /**
     * Writes signed URLs into the index, and keeps the process from being frozen meanwhile. A write that fails is not
     * repeated: then each instance signs for itself.
     */
    private static KeptUrls.Keeper keeper(ImageIndex index, Drain drain) {
        return (key, url, until) -> {
            drain.entered();
            var unused = index.keepUrl(key, url, until).whenComplete((kept, failure) -> drain.left());
        };
    }

    /** Makes URLs without a signature. They never expire; their expiry only says when to ask for one again. */
    private static UrlSigner unsigned(BaseUrl baseUrl, ExpiryWindow window) {
        if (!baseUrl.isFixed()) {
            throw new IllegalStateException(
                    "afterimage.delivery.signer=public needs afterimage.delivery.base-url: the address"
                            + " of the CDN in front of the store. The service's own /cdn/ serves signed URLs only.");
        }
        return entry -> new SignedUrl(baseUrl.resource(entry), window.expiryOf(entry.key()));
    }

    /**
     * The check of signatures by the local CDN, with the public key that belongs to the signing key. It accepts none
     * where something else delivers: CloudFront, if the private key is in Secrets Manager; the store or a CDN, with
     * another signer.
     */
    @Singleton
    CannedPolicyVerifier cannedPolicyVerifier(DeliveryConfig config, Instance<Supplier<SigningKey>> keys, Clock clock) {
        if (config.privateKeySecret().isPresent() || config.signer() != DeliveryConfig.Signer.CLOUDFRONT) {
            return new CannedPolicyVerifier(Map.of(), clock);
        }
        SigningKey key = keys.get().get();
        return new CannedPolicyVerifier(Map.of(key.keyPairId(), PemKeys.publicOf(key.privateKey())), clock);
    }
}

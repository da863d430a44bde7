package dev.afterimage.wiring;

import dev.afterimage.aws.CloudFrontSigner;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.CannedPolicy;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.MemoisedSigner;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.SigningKeys;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.filesystem.DataDirectory;
import dev.afterimage.filesystem.PemKeyFile;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;

/** Puts together how URLs are signed, and how the local edge verifies them. */
class DeliveryWiring {

    /** The name of the key that is made at first start. */
    private static final String OWN_KEY = "local";

    @Produces
    @Singleton
    BaseUrl baseUrl(DeliveryConfig config) {
        return BaseUrl.of(config.baseUrl());
    }

    @Produces
    @Singleton
    ExpiryWindow expiryWindow(DeliveryConfig config, Clock clock) {
        return new ExpiryWindow(config.urlTtl(), clock);
    }

    @Produces
    @Singleton
    SigningKeys signingKeys(DeliveryConfig config, DataDirectory directory) {
        SigningKey key = config.privateKey()
                .map(pem -> new SigningKey(config.keyPairId().orElse(OWN_KEY), PemKeys.readPrivate(pem)))
                .orElseGet(() -> new SigningKey(
                        config.keyPairId().orElse(OWN_KEY),
                        new PemKeyFile(directory).readOrCreate().getPrivate()));
        return () -> key;
    }

    @Produces
    @Singleton
    UrlSigner urlSigner(DeliveryConfig config, BaseUrl baseUrl, SigningKeys keys, ExpiryWindow window) {
        return new MemoisedSigner(new CloudFrontSigner(baseUrl, keys, window), window, config.memoisedUrls());
    }

    /** What the local edge honours. CloudFront does the same with the public keys of its key group. */
    @Produces
    @Singleton
    CannedPolicy cannedPolicy(SigningKeys keys, Clock clock) {
        SigningKey key = keys.current();
        return new CannedPolicy(Map.of(key.keyPairId(), PemKeys.publicOf(key.privateKey())), clock);
    }
}

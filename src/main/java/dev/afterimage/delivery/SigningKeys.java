package dev.afterimage.delivery;

/**
 * Port: the key that URLs are signed with at this moment. It may change while the service runs: a key group holds two public
 * keys, so that the URLs of the former key stay good until they expire.
 */
@FunctionalInterface
public interface SigningKeys {

    /**
     * Does not block, except at the first use of a key that is kept elsewhere.
     *
     * @throws SigningKeyUnavailableException when there is no key yet
     */
    SigningKey current();
}

package dev.afterimage.delivery;

import java.time.Instant;

/** What the verification of a signed URL found. */
public sealed interface VerificationResult {

    /** The signature is right and in time. */
    record Granted(Instant expiresAt) implements VerificationResult {}

    /** The URL must not be honoured. */
    record Refused(Refusal reason) implements VerificationResult {}
}

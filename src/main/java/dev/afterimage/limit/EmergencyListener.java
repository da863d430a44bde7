package dev.afterimage.limit;

/** Told when the fleet's limiter is lost and found, so that it can be metered. Called by many threads; must not block. */
public interface EmergencyListener {

    /** The fleet's limiter could not be asked. */
    void lost();

    /** It answers again. */
    void found();

    /** A call was permitted from this instance's emergency share. */
    void permitted(Lane lane);
}

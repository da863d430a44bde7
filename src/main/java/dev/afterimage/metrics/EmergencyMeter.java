package dev.afterimage.metrics;

import dev.afterimage.limit.EmergencyListener;
import dev.afterimage.limit.Lane;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Says in meters and in the log when this process lives on its emergency share of the limit. */
public final class EmergencyMeter implements EmergencyListener {

    private static final Logger LOG = Logger.getLogger(EmergencyMeter.class);

    private final Meters meters;
    private final AtomicBoolean emergency = new AtomicBoolean();

    public EmergencyMeter(Meters meters) {
        this.meters = meters;
        meters.emergency(() -> emergency.get() ? 1 : 0);
    }

    @Override
    public void lost() {
        if (emergency.compareAndSet(false, true)) {
            LOG.warn("The fleet's limiter cannot be asked; this process goes on with its emergency share");
        }
    }

    @Override
    public void found() {
        if (emergency.compareAndSet(true, false)) {
            LOG.info("The fleet's limiter answers again");
        }
    }

    @Override
    public void permitted(Lane lane) {
        meters.permits(lane.name().toLowerCase(Locale.ROOT), "emergency").increment();
    }
}

package dev.afterimage.limit;

/**
 * Decorator: while the fleet's quotas cannot be reached, each instance counts for itself. A caller may then use its quota
 * once per instance, which is bounded, and better than turning everybody away.
 *
 * @param fleet the shared quota; throws {@link FleetUnavailableException} when it cannot be reached
 * @param own this instance's quota
 * @param fellBack run each time this instance's quota is used in place of the fleet's, for a meter
 */
public record FallbackCallerQuota(CallerQuota fleet, CallerQuota own, Runnable fellBack) implements CallerQuota {

    @Override
    public Decision spend(Caller caller) {
        try {
            return fleet.spend(caller);
        } catch (FleetUnavailableException gone) {
            fellBack.run();
            return own.spend(caller);
        }
    }

    @Override
    public void giveBack(Caller caller, Decision.Allowed counted) {
        try {
            fleet.giveBack(caller, counted);
        } catch (FleetUnavailableException gone) {
            fellBack.run();
            own.giveBack(caller, counted);
        }
    }
}

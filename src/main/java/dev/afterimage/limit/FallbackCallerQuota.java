package dev.afterimage.limit;

/**
 * Decorator: while the fleet's quotas cannot be asked, this instance counts by itself. A caller may then spend its quota once
 * an instance, which has its bounds, and is better than turning everybody away.
 */
public final class FallbackCallerQuota implements CallerQuota {

    private final CallerQuota fleet;
    private final CallerQuota own;
    private final Runnable fellBack;

    /**
     * A quota that survives the fleet's.
     *
     * @param fleet the shared one, whose failures are {@link LimiterUnavailableException}s
     * @param own this instance's
     * @param fellBack run each time the own one answers, so that it can be metered
     */
    public FallbackCallerQuota(CallerQuota fleet, CallerQuota own, Runnable fellBack) {
        this.fleet = fleet;
        this.own = own;
        this.fellBack = fellBack;
    }

    @Override
    public Decision spend(Caller caller) {
        try {
            return fleet.spend(caller);
        } catch (LimiterUnavailableException gone) {
            fellBack.run();
            return own.spend(caller);
        }
    }

    @Override
    public void giveBack(Caller caller) {
        try {
            fleet.giveBack(caller);
        } catch (LimiterUnavailableException gone) {
            fellBack.run();
            own.giveBack(caller);
        }
    }
}

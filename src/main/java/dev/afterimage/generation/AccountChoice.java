package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.image.ImageRequest;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Chooses the accounts that may be billed for an image now. It leaves out those whose budget was found spent a moment
 * ago, so that no call waits for their permits.
 */
@Singleton
public final class AccountChoice {

    /**
     * How long a budget counts as spent before it is checked again. Credits that are given back are noticed after that.
     */
    private static final Duration CHECKED_AGAIN_AFTER = Duration.ofSeconds(1);

    /**
     * A budget that had no room for a cost.
     *
     * @param cost the cost, in the provider's unit
     * @param until when the budget begins anew
     * @param checkAgainAt when the budget is checked again in any case
     */
    private record Spent(double cost, Instant until, Instant checkAgainAt) {}

    private final Accounts accounts;
    private final Clock clock;
    private final Map<String, Spent> spent = new ConcurrentHashMap<>();

    public AccountChoice(Accounts accounts, Clock clock) {
        this.accounts = accounts;
        this.clock = clock;
    }

    /**
     * The names of the accounts that may be billed for this image, at least one.
     *
     * @throws OutOfCreditsException when the budgets of all are spent
     */
    List<String> of(ImageRequest request) {
        List<String> left = new ArrayList<>();
        Instant until = Instant.MAX;
        for (String account : accounts.of(request)) {
            Optional<Spent> known = knownSpent(request, account);
            if (known.isEmpty()) {
                left.add(account);
            } else if (known.get().until().isBefore(until)) {
                until = known.get().until();
            }
        }
        if (left.isEmpty()) {
            throw budgetSpent(until);
        }
        return left;
    }

    /** Whether the image may be billed to another account than this one. */
    boolean hasAnother(ImageRequest request, String account) {
        return accounts.of(request).stream()
                .anyMatch(other ->
                        !other.equals(account) && knownSpent(request, other).isEmpty());
    }

    /**
     * The account that must be billed, because the purchase repeats the idempotency key of an earlier call with that
     * account; empty when any may be billed.
     *
     * @param former the account of the earlier call; empty text for none
     */
    Optional<String> requiredAccount(ImageRequest request, String former) {
        return Optional.of(former)
                .filter(account ->
                        accounts.isIdempotent(request) && accounts.of(request).contains(account));
    }

    String api(ImageRequest request) {
        return accounts.api(request);
    }

    double cost(ImageRequest request) {
        return accounts.cost(request);
    }

    String budget(ImageRequest request, String account) {
        return accounts.budget(request, account);
    }

    /** Notes that a budget has less left than this cost, and returns the exception that says so. */
    OutOfCreditsException noteSpent(String budget, double cost, Instant until) {
        spent.put(budget, new Spent(cost, until, clock.instant().plus(CHECKED_AGAIN_AFTER)));
        return budgetSpent(until);
    }

    private static OutOfCreditsException budgetSpent(Instant until) {
        return new OutOfCreditsException("the month's budget of credits is spent", until);
    }

    private Optional<Spent> knownSpent(ImageRequest request, String account) {
        Instant now = clock.instant();
        return Optional.ofNullable(spent.get(budget(request, account)))
                .filter(known -> now.isBefore(known.checkAgainAt())
                        && now.isBefore(known.until())
                        && cost(request) >= known.cost());
    }

    /** Port: the configured image APIs, by name. When one of them fails, the others may work. */
    public interface Apis {

        /** The name of the API that makes this image. */
        String api(ImageRequest request);

        /** The names of all image APIs, at least one. */
        Set<String> apis();
    }

    /** Port: the accounts of the image APIs, by name. */
    public interface Accounts extends Apis {

        /**
         * The accounts that may be billed for this image, at least one. Of those that could start at the same time the
         * first is billed.
         */
        List<String> of(ImageRequest request);

        /** What the image is expected to cost, in the provider's unit. */
        double cost(ImageRequest request);

        /**
         * The name under which the cost is counted: the account's, or the provider's where several providers share an
         * account.
         */
        String budget(ImageRequest request, String account);

        /**
         * Whether the provider takes an idempotency key and bills a repeated one once. It knows the keys of each account
         * apart, so a purchase that repeats the key of an earlier call must be made with that call's account.
         */
        boolean isIdempotent(ImageRequest request);
    }
}

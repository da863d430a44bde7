package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.image.ImageRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The accounts that may be billed for an image now: not those whose budget was found spent a moment ago, so that nobody waits
 * for a permit of theirs.
 */
public final class AccountChoice {

    /** So long a budget is taken for spent without being asked; what is given back is found after it. */
    private static final Duration HOLDS = Duration.ofSeconds(1);

    /**
     * There was no budget.
     *
     * @param cost for so much
     * @param until when there is one again
     * @param askedAgain when it is asked again all the same
     */
    private record Spent(double cost, Instant until, Instant askedAgain) {}

    private final Accounts accounts;
    private final Clock clock;
    private final Map<String, Spent> spent = new ConcurrentHashMap<>();

    public AccountChoice(Accounts accounts, Clock clock) {
        this.accounts = accounts;
        this.clock = clock;
    }

    /**
     * Their names, at least one.
     *
     * @throws OutOfCreditsException when the budgets of all are spent
     */
    List<String> of(ImageRequest request) {
        List<String> all = accounts.of(request);
        List<String> left = all.stream()
                .filter(account -> spent(request, account).isEmpty())
                .toList();
        if (left.isEmpty()) {
            throw budgetSpent(spent(request, all.getFirst()).orElseThrow().until());
        }
        return left;
    }

    /** Whether it may be billed to another account than this one. */
    boolean hasAnother(ImageRequest request, String account) {
        return accounts.of(request).stream()
                .anyMatch(
                        other -> !other.equals(account) && spent(request, other).isEmpty());
    }

    /** The account that must be billed, because a call in vain was. */
    Optional<String> bound(ImageRequest request, String account) {
        return Optional.of(account)
                .filter(former ->
                        accounts.knowsNames(request) && accounts.of(request).contains(former));
    }

    double cost(ImageRequest request) {
        return accounts.cost(request);
    }

    String budget(ImageRequest request, String account) {
        return accounts.budget(request, account);
    }

    /** The budget has not so much left. */
    OutOfCreditsException spent(String budget, double cost, Instant until) {
        spent.put(budget, new Spent(cost, until, clock.instant().plus(HOLDS)));
        return budgetSpent(until);
    }

    private static OutOfCreditsException budgetSpent(Instant until) {
        return new OutOfCreditsException("the month's budget of credits is spent", until);
    }

    private Optional<Spent> spent(ImageRequest request, String account) {
        Instant now = clock.instant();
        return Optional.ofNullable(spent.get(budget(request, account)))
                .filter(known -> now.isBefore(known.askedAgain())
                        && now.isBefore(known.until())
                        && cost(request) >= known.cost());
    }

    /** Port: the provider's accounts, by name. */
    public interface Accounts {

        /** Those that may be billed for this image, at least one; of those that could start at the same time the first is. */
        List<String> of(ImageRequest request);

        /** What the image is expected to cost, in the provider's unit. */
        double cost(ImageRequest request);

        /** By which name that is counted: the account's, or the provider's where several share an account's limits. */
        String budget(ImageRequest request, String account);

        /**
         * Whether a call in vain must be repeated with its own account: the provider does not bill one name twice, and knows
         * names by account.
         */
        boolean knowsNames(ImageRequest request);
    }
}

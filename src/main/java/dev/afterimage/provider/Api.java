package dev.afterimage.provider;

import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig.TemplateSettings;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Purchase;
import dev.afterimage.provider.ProvidersConfig.NamedProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An image API as a template uses it.
 *
 * @param settings how it is called with the key that is configured for the API itself
 * @param description with the template's target and cost; empty for the built-in renderer, which has none
 * @param target the API's own template or model name, where the template has one
 * @param cost what an image costs
 * @param own the account that is billed with the API's own key; {@link Account#DEFAULT}, shared with the main API, where no
 *     key, limit or account is configured for it
 * @param accounts the accounts that may be billed, at least one
 * @param name its name in the configuration; also the name under which its costs are counted when
 *     {@link Account#DEFAULT}, which several APIs may share, is billed
 */
public record Api(
        ApiSettings settings,
        Optional<Description> description,
        Optional<String> target,
        Description.Cost cost,
        Account own,
        List<Account> accounts,
        String name) {

    /** The API of every template that names no other. */
    static Api main(ProviderConfig config) {
        return mainFor(config, Optional.empty(), OptionalDouble.empty());
    }

    private static Api mainFor(ProviderConfig config, Optional<String> target, OptionalDouble price) {
        List<Account> accounts =
                Account.of(Account.DEFAULT, "", config.apiKey(), config.apiKeySecret(), config.accounts());
        return of(ApiSettings.of(config), target, price, Account.DEFAULT, accounts, Purchase.DEFAULT_ACCOUNT);
    }

    /** The API that a template names, as a name of {@link ProvidersConfig} or as a kind; else the main one. */
    static Api of(TemplateSettings template, ProviderConfig main, Map<String, NamedProvider> others) {
        String name = template.provider().orElse(main.kind());
        Optional<NamedProvider> other = template.provider().flatMap(named -> Optional.ofNullable(others.get(named)));
        if (other.isEmpty() && name.equals(main.kind())) {
            return mainFor(main, template.target(), template.cost());
        }
        Optional<NamedProvider> separate = other.filter(Api::hasAccountOfItsOwn);
        Account own = separate.map(api -> Account.of(name, api)).orElse(Account.DEFAULT);
        List<Account> accounts = separate.map(
                        api -> Account.of(own, name + "/", api.apiKey(), api.apiKeySecret(), api.accounts()))
                .orElse(List.of(own));
        return of(ApiSettings.of(name, other, main), template.target(), template.cost(), own, accounts, name);
    }

    /** Whether the API has an account of its own: a key, limits or accounts are set for it. */
    private static boolean hasAccountOfItsOwn(NamedProvider other) {
        return other.apiKey().isPresent()
                || other.apiKeySecret().isPresent()
                || other.rate().isPresent()
                || other.rateWindow().isPresent()
                || other.concurrency().isPresent()
                || !other.accounts().isEmpty();
    }

    private static Api of(
            ApiSettings settings,
            Optional<String> target,
            OptionalDouble price,
            Account own,
            List<Account> accounts,
            String name) {
        Optional<Description> description = Descriptions.isDemo(settings.kind())
                ? Optional.empty()
                : Optional.of(Descriptions.of(settings.kind(), target, price));
        Description.Cost cost = description
                .map(Description::cost)
                .orElse(new Description.Cost(price.orElse(1), Optional.empty(), Optional.empty()));
        return new Api(
                target.isEmpty() ? settings : settings.withoutTarget(), description, target, cost, own, accounts, name);
    }

    /** Whether this is the built-in renderer. */
    public boolean isDemo() {
        return description.isEmpty();
    }

    /** The identity of the API, which is part of every key. */
    public ProviderIdentity identity() {
        return description
                .map(described -> ProviderCall.identity(described, settings))
                .orElseGet(() -> new ProviderIdentity(Descriptions.DEMO, target));
    }

    /** How it is called with the key of this account. */
    ApiSettings settings(Account account) {
        return account.config().map(settings::of).orElse(settings);
    }

    List<String> accountNames() {
        return accounts.stream().map(Account::name).toList();
    }

    /**
     * The limits of an account: as configured for it, else for the API's own key, else as described, else those of the
     * main API.
     *
     * @param ofMain the limits of the main API's own key
     */
    Limits limits(Account account, Limits ofMain) {
        return account.limits(
                own.equals(Account.DEFAULT)
                        ? ofMain
                        : own.limits(description
                                .map(described -> Descriptions.limits(described.limits(), ofMain))
                                .orElse(ofMain)));
    }

    /** The credits that an account may spend in a calendar month; empty where that is not limited. */
    OptionalLong budget(Account account, OptionalLong ofMain) {
        return account.budget(own.budget(ofMain));
    }

    /**
     * The request as the API's generator gets it. The demo has no description with a {@code {target}}, so for the demo the
     * target replaces the template's name.
     */
    ImageRequest retargeted(ImageRequest request) {
        return isDemo() && target.isPresent()
                ? new ImageRequest(new TemplateId(target.get()), request.data(), request.format(), request.variant())
                : request;
    }
}

package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.Map;
import java.util.OptionalDouble;

/** What tenants may spend in a calendar month (UTC), in the provider's own unit. */
@ConfigMapping(prefix = "afterimage.budget")
public interface BudgetConfig {

    /**
     * The budget of each tenant that {@link #tenants()} does not name; no limit where left out. A tenant is a caller
     * under the name with which it was authenticated; all others together are {@code anonymous}. Catalogues count for no
     * tenant.
     */
    @WithName("per-tenant")
    OptionalDouble perTenant();

    /** The budgets of single tenants by name, such as {@code afterimage.budget.tenants."acme"=500}. */
    Map<String, Double> tenants();
}

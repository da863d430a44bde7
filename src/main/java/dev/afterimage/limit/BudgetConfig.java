package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.Map;
import java.util.OptionalDouble;

/** What tenants may spend in a calendar month (UTC), in the provider's own unit. */
@ConfigMapping(prefix = "afterimage.budget")
public interface BudgetConfig {

    /**
     * Of each tenant that is not named below; left out, as much as they like. A tenant is a caller by the name by which it is
     * authenticated; all others together are {@code anonymous}. Catalogues are nobody's.
     */
    @WithName("per-tenant")
    OptionalDouble perTenant();

    /** Of single tenants by name, such as {@code afterimage.budget.tenants."acme"=500}. */
    Map<String, Double> tenants();
}

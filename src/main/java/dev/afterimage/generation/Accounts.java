package dev.afterimage.generation;

import dev.afterimage.image.ImageRequest;
import java.util.List;

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

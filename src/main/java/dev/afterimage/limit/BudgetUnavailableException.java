package dev.afterimage.limit;

/**
 * The budget cannot be counted now, so nothing may be spent: the bill would show credits that no count explains. The
 * message is for the operator and holds no secret.
 */
public class BudgetUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BudgetUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}

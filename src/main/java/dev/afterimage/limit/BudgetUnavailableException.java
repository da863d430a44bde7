package dev.afterimage.limit;

/**
 * The budget cannot be counted now, so nothing may be spent: an uncounted credit is the one that nobody can explain on the
 * bill. The message is for the operator and holds no secret.
 */
public class BudgetUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BudgetUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}

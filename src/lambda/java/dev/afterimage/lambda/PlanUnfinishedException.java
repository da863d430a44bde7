package dev.afterimage.lambda;

/**
 * The planner ran out of time. It has remembered how far it came, and thrown this so that Lambda calls it again: an
 * asynchronous invocation that fails is retried ("Error handling for asynchronous invocation").
 */
public final class PlanUnfinishedException extends RuntimeException {

    public PlanUnfinishedException(String catalogue) {
        super("Catalogue '" + catalogue + "' is not planned to its end; the next try goes on from there");
    }
}

package dev.afterimage.jobs;

/**
 * Something was written by a newer version of the service, as happens during a deployment. It is not damaged: leave it where
 * it is, for a process that can read it.
 */
public class NewerFormatException extends IllegalArgumentException {

    /**
     * What was found.
     *
     * @param what such as "a job"
     * @param found the number of its format
     * @param known the highest number that this version reads
     */
    public NewerFormatException(String what, int found, int known) {
        super(what + " has format " + found + ", and this version of the service reads up to " + known
                + "; it is left to a newer one");
    }
}

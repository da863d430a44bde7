package dev.afterimage.generation;

/** The key was deleted while its image was being made: it was billed and is not stored. */
public final class DeletedMeanwhileException extends GenerationException {

    private static final long serialVersionUID = 1L;

    public DeletedMeanwhileException() {
        super("The image was deleted while it was being made.", null);
    }

    @Override
    public Billed billed() {
        return Billed.YES;
    }
}

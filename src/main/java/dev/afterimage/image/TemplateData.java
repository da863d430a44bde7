package dev.afterimage.image;

/**
 * The data that fills a template: a JSON object in RFC 8785 canonical form, so that equal data is equal text.
 *
 * @param json the canonical text; it never appears in logs ({@link #toString()} hides it)
 */
public record TemplateData(String json) {

    /** Levels of objects and arrays, the outermost object included. */
    public static final int MAX_DEPTH = CanonicalJson.MAX_DEPTH;

    /**
     * Reads a JSON object in any spelling.
     *
     * @throws InvalidRequestException when it is not a JSON object that has one canonical form
     */
    public static TemplateData of(String json) {
        return CanonicalJson.readData(json);
    }

    /** This data with the defaults of the properties that it lacks. Values that are objects themselves are not merged. */
    public TemplateData over(TemplateData defaults) {
        return CanonicalJson.over(json, defaults.json);
    }

    @Override
    public String toString() {
        return "TemplateData[" + json.length() + " characters]";
    }
}

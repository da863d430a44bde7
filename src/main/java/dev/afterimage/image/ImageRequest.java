package dev.afterimage.image;

/**
 * What a caller asks for: a template, the data to fill it with, and the format to render.
 *
 * @param variant which of several images of the same data is meant, from 0; an API that takes a seed gets this number
 */
public record ImageRequest(TemplateId template, TemplateData data, ImageFormat format, int variant) {

    /** The first variant. */
    public ImageRequest(TemplateId template, TemplateData data, ImageFormat format) {
        this(template, data, format, 0);
    }

    public ImageRequest withData(TemplateData newData) {
        return new ImageRequest(template, newData, format, variant);
    }
}

package dev.afterimage.image;

/** What a caller asks for: a template, the data to fill it with, and the format to render. */
public record ImageRequest(TemplateId template, TemplateData data, ImageFormat format) {}

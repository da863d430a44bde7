package dev.afterimage.provider;

/**
 * What finds a job again that a provider has taken: its URL, as the provider answered it or as it is made of that answer. Worth
 * keeping where the whole fleet sees it, because whoever has it gets the image without a second bill. It holds no secret.
 */
public record Ticket(String pollUrl) {}

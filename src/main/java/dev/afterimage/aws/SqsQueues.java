package dev.afterimage.aws;

import dev.afterimage.limit.Lane;

/** The URLs of the three queues. */
public record SqsQueues(String interactive, String bulk, String deadLetter) {

    String of(Lane lane) {
        return switch (lane) {
            case INTERACTIVE -> interactive;
            case BULK -> bulk;
        };
    }
}

package dev.afterimage.http.console;

/**
 * Whether the console exists in this process. Where it does not, its paths are unknown like any other.
 *
 * @param on decided once, at start
 */
public record ConsoleSwitch(boolean on) {}

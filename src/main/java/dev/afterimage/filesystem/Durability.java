package dev.afterimage.filesystem;

/** What a written file survives. */
enum Durability {
    /** The death of the process, at any moment; after a power cut the file may be missing, empty or cut short. */
    PROCESS,
    /** A power cut too: file and folder are on the device before the write returns (fsync). */
    POWER
}

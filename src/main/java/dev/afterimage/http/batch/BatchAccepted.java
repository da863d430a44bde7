package dev.afterimage.http.batch;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** The answer to an upload. */
@RegisterForReflection // written by Jackson from behind a Response, where the native build doesn't see it
record BatchAccepted(String id, int total) {}

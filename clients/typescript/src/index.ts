export { Afterimage } from "./client.js";
export type { BatchOptions, CallOptions, Link, Options, Rows } from "./client.js";
export type { Batch, BatchImage, BatchJob, DryRun, Image, ImageRequest, Outcome } from "./types.js";
export { RunningBatch } from "./batch.js";
export { verifyCallback } from "./callback.js";
export type { CallbackMessage, CallbackOptions } from "./callback.js";
export { canonicalJson } from "./canonical.js";
export * from "./errors.js";

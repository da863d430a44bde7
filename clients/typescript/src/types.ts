import type { components } from "./api.js";

type Schemas = components["schemas"];

export type BatchJob = Schemas["BatchJob"];
export type ImageRequest = BatchJob & Required<Pick<BatchJob, "template">>;
export type Batch = Schemas["Batch"];
export type BatchImage = Schemas["BatchImage"];
export type DryRun = Schemas["DryRun"];

/**
 * Where an answer's image came from (`Cache-Status`, RFC 9211). `hit`: it was there; `stored`: it was made for this
 * request, which may be billed; `collapsed`: it was made for another request at the same time; `stale`: it is past its
 * freshness.
 */
export type Outcome = "hit" | "stored" | "collapsed" | "stale";

export type Image = Schemas["Image"] & { readonly outcome: Outcome };

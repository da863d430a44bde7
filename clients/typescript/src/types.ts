import type { components } from "./api.js";

type Schemas = components["schemas"];

export type ImageRequest = Schemas["ImageRequest"];
export type Batch = Schemas["Batch"];
export type BatchImage = Schemas["BatchImage"];
export type DryRun = Schemas["DryRun"];

/**
 * How an answer came to be (`Cache-Status`, RFC 9211): `hit` was there; `stored` was made for this request, which may cost;
 * `collapsed` was made for another request at the same time; `stale` is past its freshness.
 */
export type Outcome = "hit" | "stored" | "collapsed" | "stale";

export type Image = Schemas["Image"] & { readonly outcome: Outcome };

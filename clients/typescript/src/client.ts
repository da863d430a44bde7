import { RunningBatch } from "./batch.js";
import { canonicalJson } from "./canonical.js";
import { base64url, hmac, utf8 } from "./crypto.js";
import { NotFoundError } from "./errors.js";
import { type Budget, type CallOptions, Http, type HttpOptions, late, pendingPause } from "./http.js";
import type { Batch, BatchJob, DryRun, Image, ImageRequest, Outcome } from "./types.js";

export type { CallOptions };

/** The longest URL, as in the service: some browsers, crawlers and proxies cut off longer ones. */
const LONGEST_URL = 8_000;

/** The service's rule for the end of a link, in seconds since 1970. */
const EXPIRY = /^[1-9]\d{0,10}$/;

/** The service's rule for names of templates. */
const TEMPLATE = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$/;

export interface Options extends HttpOptions {
  /** The service's URL, such as `https://images.example`; it may have a path (behind a proxy). */
  readonly baseUrl: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey?: string | undefined;
  /** The secret that signs links (`afterimage.links.secrets."id"`), at least 32 bytes. For servers only. */
  readonly linkSecret?: string | undefined;
  /** The URL with which links begin, if it is not `baseUrl`: such as that of the CDN in front of `/i/`. */
  readonly linkBaseUrl?: string | URL | undefined;
  /** A `fetch` in place of the global one, such as one with a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How often a failed call is repeated; 4 when left out. */
  readonly retries?: number | undefined;
  /** Milliseconds that a call may take, repeats and waits included; 60,000 when left out. */
  readonly timeout?: number | undefined;
}

export interface Link {
  /** When the link ends; where left out, it is valid as long as its secret. */
  readonly expires?: Date;
}

/** The rows of a batch: requests, or a file with one row on each line. */
export type Rows = readonly BatchJob[] | { readonly csv: string | Blob } | { readonly ndjson: string | Blob };

export interface BatchOptions extends CallOptions {
  /** The template of every CSV row, and of other rows that name none. */
  readonly template?: string;
  /**
   * The idempotency key: for a week, the same upload with the same key returns the same batch. A random one where left
   * out.
   */
  readonly idempotencyKey?: string;
  /** How progress is asked for: by the service's events, or by polling where a proxy holds event streams back. */
  readonly progress?: "events" | "poll";
}

/** A client of one service. */
export class Afterimage {
  readonly #http: Http;
  readonly #linkSecret: string | undefined;
  readonly #linkBase: string;

  constructor(options: Options) {
    this.#http = new Http(options);
    if (options.linkSecret !== undefined && utf8(options.linkSecret).length < 32) {
      throw new TypeError("The link secret must have at least 32 bytes.");
    }
    this.#linkSecret = options.linkSecret;
    this.#linkBase = String(options.linkBaseUrl ?? options.baseUrl).replace(/\/+$/, "");
  }

  /**
   * The image for this template and data: at once when it exists, else when the provider has made it. Equal requests are one
   * image and one bill, whoever asks.
   *
   * @throws {ProblemError} when there is no image
   * @throws {TimeoutError} when it takes longer than the call may; it is made all the same
   */
  async image(request: ImageRequest, options: CallOptions = {}): Promise<Image> {
    const budget = this.#http.budget(options);
    const body = canonicalJson(request);
    let askedAgain = false;
    let { answer, content } = await this.#ask(body, budget);
    while (answer.status === 202) {
      const location = answer.headers.get("Location") ?? `v1/images/${content.key}`;
      await budget.pause(pendingPause(answer), late);
      try {
        ({ answer, content } = await this.#http.call(location, {}, budget, whole));
      } catch (failure) {
        // Not there and not under way: it could not be made. A second request has the reason.
        if (!(failure instanceof NotFoundError) || askedAgain) {
          throw failure;
        }
        askedAgain = true;
        ({ answer, content } = await this.#ask(body, budget));
      }
    }
    return { ...content, outcome: outcome(answer) };
  }

  /**
   * A signed request link: a URL for `<img>`, `og:image` and crawlers that has its image made when it is followed. Made here,
   * without a call, so it needs `linkSecret`; equal requests have equal links.
   */
  async imageUrl(request: ImageRequest, { expires }: Link = {}): Promise<string> {
    if (this.#linkSecret === undefined) {
      throw new TypeError("Signing a link needs the option linkSecret.");
    }
    if ("document" in globalThis) {
      throw new TypeError("Sign links on a server: whoever has the page would have its secret.");
    }
    if (!TEMPLATE.test(request.template)) {
      throw new TypeError("A template is a letter or digit, then up to 127 letters, digits or . _ ~ : -");
    }
    if (request.variant) {
      throw new TypeError("A link leads to variant 0; image() makes the others.");
    }
    const format = request.format === "jpg" ? "jpeg" : (request.format ?? "png");
    const data = base64url(utf8(canonicalJson(request.data)));
    const seconds = expires && String(Math.floor(expires.getTime() / 1000));
    if (seconds !== undefined && !EXPIRY.test(seconds)) {
      throw new TypeError("Let expires be a valid Date after 1970 and before the year 5138.");
    }
    const end = seconds === undefined ? "" : `&exp=${seconds}`;
    const signed = `/i/${request.template}.${format}?d=${data}${end}`;
    const url = `${this.#linkBase}${signed}&s=${base64url(await hmac(this.#linkSecret, signed))}`;
    if (url.length > LONGEST_URL) {
      throw new TypeError(`The link would have ${url.length} characters and may have ${LONGEST_URL}. Use image() instead.`);
    }
    return url;
  }

  /** What a batch of these rows would buy, what it would cost and how long it would take. Nothing is bought. */
  async dryRun(rows: Rows, options: CallOptions & Pick<BatchOptions, "template"> = {}): Promise<DryRun> {
    return this.#send(rows, { ...options, query: { "dry-run": "true" } });
  }

  /** Sends many requests at once. They are done at the provider's pace, after requests that somebody waits for. */
  async batch(rows: Rows, options: BatchOptions = {}): Promise<RunningBatch> {
    const headers = { "Idempotency-Key": options.idempotencyKey ?? crypto.randomUUID() };
    const { id, total } = await this.#send<{ id: string; total: number }>(rows, { ...options, headers });
    return new RunningBatch(this.#http, id, total, options.progress ?? "events");
  }

  /** A batch that was sent before. */
  async lookAtBatch(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.#http.json(`v1/batches/${encodeURIComponent(id)}`, {}, this.#http.budget(options));
  }

  #send<T>(rows: Rows, options: CallOptions & { template?: string; query?: object; headers?: object }): Promise<T> {
    const query = new URLSearchParams({ ...(options.template !== undefined && { template: options.template }), ...options.query });
    const [contentType, body] = upload(rows);
    const headers = { "Content-Type": contentType, ...options.headers };
    return this.#http.json(`v1/batches${query.size ? `?${query}` : ""}`, { method: "POST", headers, body }, this.#http.budget(options));
  }

  #ask(body: string, budget: Budget): Promise<Answer> {
    return this.#http.call("v1/images", { method: "POST", headers: { "Content-Type": "application/json" }, body }, budget, whole);
  }
}

/** An answer to a request for an image, and what its body says; while the image is pending, that is only its key. */
interface Answer {
  readonly answer: Response;
  readonly content: Omit<Image, "outcome">;
}

const whole = async (answer: Response): Promise<Answer> => ({ answer, content: (await answer.json()) as Answer["content"] });

function upload(rows: Rows): [contentType: string, body: string | Blob] {
  if ("csv" in rows) {
    return ["text/csv", rows.csv];
  }
  if ("ndjson" in rows) {
    return ["application/x-ndjson", rows.ndjson];
  }
  return ["application/x-ndjson", rows.map((row) => `${canonicalJson(row)}\n`).join("")];
}

function outcome(answer: Response): Outcome {
  const status = answer.headers.get("Cache-Status") ?? "";
  if (/;\s*hit\b/.test(status)) {
    return /;\s*ttl=-/.test(status) ? "stale" : "hit";
  }
  return /;\s*collapsed\b/.test(status) ? "collapsed" : "stored";
}

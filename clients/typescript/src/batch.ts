import { ConnectionError } from "./errors.js";
import { type Budget, type CallOptions, type Http, late, lines } from "./http.js";
import type { Batch, BatchImage } from "./types.js";

/** Milliseconds between two polls of a batch. */
const EVERY = 1_000;

/** Milliseconds without a byte after which a connection counts as broken. The service sends an event every 500 ms. */
const SILENCE = 15_000;

/** Rows of one page of images: about 3 MB with signed URLs, where an answer of Lambda holds 6 MB. */
const PAGE = 5_000;

/** A batch that the service has accepted. Iterating over it gives its progress until it has ended. */
export class RunningBatch implements AsyncIterable<Batch> {
  readonly #http: Http;
  readonly #progress: "events" | "poll";

  constructor(
    http: Http,
    readonly id: string,
    /** Rows, the bad ones included. */
    readonly total: number,
    progress: "events" | "poll",
  ) {
    this.#http = http;
    this.#progress = progress;
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this.progress();
  }

  /** The batch each time it has changed, and last its final state. Takes as long as the batch, unless `timeout` ends it. */
  async *progress(options: CallOptions = {}): AsyncGenerator<Batch, void, undefined> {
    const budget = this.#http.budget({ timeout: Number.POSITIVE_INFINITY, ...options }, SILENCE);
    let told = "";
    for (;;) {
      for await (const batch of this.#progress === "events" ? this.#events(budget) : this.#look(budget)) {
        const { etaSeconds, ...counts } = batch;
        if (JSON.stringify(counts) !== told) {
          told = JSON.stringify(counts);
          yield batch;
        }
        if (batch.finishedAt !== null) {
          return;
        }
      }
      // The stream ended before the batch did: on Lambda after one event, elsewhere because a connection broke.
      await budget.pause(EVERY, late);
    }
  }

  /** Waits for the end of the batch and gives its final state. */
  async finished(options: CallOptions = {}): Promise<Batch> {
    let last: Batch | undefined;
    for await (const batch of this.progress(options)) {
      last = batch;
    }
    return last as Batch;
  }

  /** Cancels what has not started. */
  async cancel(options: CallOptions = {}): Promise<Batch> {
    return this.#http.json(this.#path(), { method: "DELETE" }, this.#http.budget(options));
  }

  /** The images of the rows that have ended, by line. They come in pages: `timeout` is for each page, not for what is done with it. */
  async *images(options: CallOptions = {}): AsyncGenerator<BatchImage, void, undefined> {
    let page: BatchImage[];
    let after = 0;
    do {
      page = await this.#imagesAfter(after, this.#http.budget(options));
      for (const image of page) {
        options.signal?.throwIfAborted();
        yield image;
        after = image.line;
      }
    } while (page.length === PAGE);
  }

  /** The next page of images: fewer than `PAGE` are the last. */
  #imagesAfter(line: number, budget: Budget): Promise<BatchImage[]> {
    const path = `${this.#path()}/images?after=${line}&limit=${PAGE}`;
    return this.#http.call(path, { headers: { Accept: "application/x-ndjson" } }, budget, async (answer) =>
      (await answer.text())
        .split("\n")
        .filter((row) => row !== "")
        .map((row) => JSON.parse(row) as BatchImage),
    );
  }

  #path(): string {
    return `v1/batches/${this.id}`;
  }

  async *#look(budget: Budget): AsyncGenerator<Batch> {
    yield await this.#http.json<Batch>(this.#path(), {}, budget);
  }

  /** The data of each server-sent event (HTML Living Standard, 9.2). The service's events have one line of data. */
  async *#events(budget: Budget): AsyncGenerator<Batch> {
    const headers = { Accept: "text/event-stream" };
    const answer = await this.#http.call(`${this.#path()}/events`, { headers }, budget, (opened) => opened);
    try {
      for await (const line of lines(answer, budget)) {
        if (line.startsWith("data:")) {
          yield JSON.parse(line.slice("data:".length)) as Batch;
        }
      }
    } catch (failure) {
      if (!(failure instanceof ConnectionError)) {
        throw failure;
      }
    }
  }
}

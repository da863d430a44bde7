import { type Budget, type CallOptions, type Http, late, lines } from "./http.js";
import type { Batch, BatchImage } from "./types.js";

/** Milliseconds between two polls of a batch. */
const EVERY = 1_000;

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
    const budget = this.#http.budget({ timeout: Number.POSITIVE_INFINITY, ...options });
    let told = "";
    for (;;) {
      for await (const text of this.#progress === "events" ? this.#events(budget) : this.#look(budget)) {
        const batch = JSON.parse(text) as Batch;
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
    const answer = await this.#http.call(this.#path(), { method: "DELETE" }, this.#http.budget(options));
    return (await answer.json()) as Batch;
  }

  /** The images of the rows that have ended, by line. */
  async *images(options: CallOptions = {}): AsyncGenerator<BatchImage, void, undefined> {
    const headers = { Accept: "application/x-ndjson" };
    const answer = await this.#http.call(`${this.#path()}/images`, { headers }, this.#http.budget(options));
    for await (const line of lines(answer)) {
      if (line !== "") {
        yield JSON.parse(line) as BatchImage;
      }
    }
  }

  #path(): string {
    return `v1/batches/${this.id}`;
  }

  async *#look(budget: Budget): AsyncGenerator<string> {
    yield await (await this.#http.call(this.#path(), {}, budget)).text();
  }

  /** The data of each server-sent event (HTML Living Standard, 9.2). The service's events have one line of data. */
  async *#events(budget: Budget): AsyncGenerator<string> {
    const answer = await this.#http.call(`${this.#path()}/events`, { headers: { Accept: "text/event-stream" } }, budget);
    try {
      for await (const line of lines(answer)) {
        if (line.startsWith("data:")) {
          yield line.slice("data:".length);
        }
      }
    } catch (cause) {
      budget.check();
      // A broken connection is a TypeError.
      if (!(cause instanceof TypeError)) {
        throw cause;
      }
    }
  }
}

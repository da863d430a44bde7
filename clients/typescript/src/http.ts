import { ConnectionError, type ProblemError, problemOf, retryAfter, TimeoutError } from "./errors.js";

/** Milliseconds before the first repeat of a call that failed without `Retry-After`; doubled with each repeat. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 8_000;

/** The longest time in milliseconds that a timer can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface HttpOptions {
  readonly baseUrl: string | URL;
  readonly apiKey?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly retries?: number | undefined;
  readonly timeout?: number | undefined;
}

export interface CallOptions {
  /** Ends the call early. */
  readonly signal?: AbortSignal;
  /** Milliseconds that the call may take, repeats and waits included; the client's `timeout` when left out. */
  readonly timeout?: number;
}

/** The time that one call has, and the signal that ends it. */
export class Budget {
  readonly signal: AbortSignal;
  /** Milliseconds for which a connection of the call may be silent; then it counts as broken. */
  readonly silence: number;
  readonly #end: number;
  readonly #given: AbortSignal | undefined;
  readonly #timeout: AbortSignal;

  constructor(timeout: number, given: AbortSignal | undefined, silence: number) {
    this.silence = silence;
    this.#end = performance.now() + timeout;
    this.#given = given;
    this.#timeout = timeout <= LONGEST_TIMER ? AbortSignal.timeout(timeout) : new AbortController().signal;
    this.signal = given ? AbortSignal.any([given, this.#timeout]) : this.#timeout;
  }

  /** Waits. Where the wait would end after the call's time, throws the cause at once. */
  async pause(millis: number, cause: () => Error): Promise<void> {
    this.check();
    if (performance.now() + millis >= this.#end) {
      throw cause();
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, millis);
      this.signal.addEventListener("abort", done);
      const { signal } = this;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
    this.check();
  }

  /** Calls `broken` when the connection has been silent for too long, unless the returned function is called before. */
  watch(broken: () => void): () => void {
    if (this.silence > LONGEST_TIMER) {
      return () => {};
    }
    const timer = setTimeout(broken, this.silence);
    return () => clearTimeout(timer);
  }

  /** Throws the reason if the call was ended. */
  check(): void {
    this.#given?.throwIfAborted();
    if (this.#timeout.aborted) {
      throw late();
    }
  }

  /** The error that a failed connection is to the caller: the end of the call's time, or its signal's reason, if that caused it. */
  failure(cause: unknown): ConnectionError {
    this.check();
    return new ConnectionError("The service cannot be reached, or its answer broke off.", { cause });
  }
}

export const late = (): TimeoutError =>
  new TimeoutError("The call's time is used up. The image may still be made: asking again is free.");

/** Calls the service with the API key, and repeats calls where that may help. */
export class Http {
  readonly #base: URL;
  readonly #apiKey: string | undefined;
  readonly #fetch: typeof globalThis.fetch;
  readonly #retries: number;
  readonly #timeout: number;

  constructor(options: HttpOptions) {
    const base = new URL(options.baseUrl);
    if (!base.pathname.endsWith("/")) {
      base.pathname += "/";
    }
    this.#base = base;
    this.#apiKey = options.apiKey;
    // Called as a plain function, because browsers refuse a fetch that is called as a method of another object.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#retries = options.retries ?? 4;
    this.#timeout = options.timeout ?? 60_000;
  }

  budget(options: CallOptions, silence = Number.POSITIVE_INFINITY): Budget {
    return new Budget(options.timeout ?? this.#timeout, options.signal, silence);
  }

  /** The URL of a path below the service's root, which may itself have a path (behind a proxy). */
  at(path: string): URL {
    const url = new URL(path.replace(/^\//, ""), this.#base);
    if (url.origin !== this.#base.origin) {
      throw new ConnectionError("The answer leads to another host, to which the API key is not sent.");
    }
    return url;
  }

  /**
   * What `read` makes of the answer, whose status is below 400. Repeats the call after a broken connection (also one that breaks
   * while `read` reads), 408, 409, 429 and 5xx: after `Retry-After`, else after 250 ms, doubled each time and with jitter. Not
   * after 502 `not-an-image` and 503 `outcome-unknown`, where the repeat may cost again.
   *
   * @throws {AfterimageError} the last failure, when the repeats or the time are used up
   */
  async call<T>(path: string, init: RequestInit, budget: Budget, read: (answer: Response) => T | Promise<T>): Promise<T> {
    const url = this.at(path);
    const headers = new Headers(init.headers);
    if (this.#apiKey !== undefined) {
      headers.set("Authorization", `Bearer ${this.#apiKey}`);
    }
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(url, { ...init, headers }, budget, read);
      if ("value" in result) {
        return result.value;
      }
      const { failure } = result;
      if (attempt >= this.#retries || !mayHelp(failure)) {
        throw failure;
      }
      const named = "retryAfter" in failure ? failure.retryAfter : undefined;
      await budget.pause(named === undefined ? backOff(attempt) : 1000 * named, () => failure);
    }
  }

  /** The same where the answer is JSON. */
  json<T>(path: string, init: RequestInit, budget: Budget): Promise<T> {
    return this.call(path, init, budget, (answer) => answer.json() as Promise<T>);
  }

  async #attempt<T>(
    url: URL,
    init: RequestInit,
    budget: Budget,
    read: (answer: Response) => T | Promise<T>,
  ): Promise<{ value: T } | { failure: ProblemError | ConnectionError }> {
    const silent = new AbortController();
    const unwatch = budget.watch(() => silent.abort());
    try {
      const answer = await this.#fetch(url, { ...init, signal: AbortSignal.any([budget.signal, silent.signal]) });
      return answer.status < 400 ? { value: await read(answer) } : { failure: await problemOf(answer) };
    } catch (cause) {
      return { failure: budget.failure(cause) };
    } finally {
      unwatch();
    }
  }
}

/**
 * The lines of an answer as they arrive, without line ends. Text after the last line end is left out: the answer broke off there.
 *
 * @throws {ConnectionError} when the connection breaks, or is silent for too long
 * @throws {TimeoutError} when the call's time is used up
 */
export async function* lines(answer: Response, budget: Budget): AsyncGenerator<string, void, undefined> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const part = await (reader && next(reader, budget));
      if (part === undefined || part.done) {
        return;
      }
      const whole = (rest + part.value).split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) {
        budget.check();
        yield line;
      }
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** The next part of an answer. */
async function next(reader: ReadableStreamDefaultReader<string>, budget: Budget): Promise<ReadableStreamReadResult<string>> {
  let unwatch = () => {};
  const silent = new Promise<never>((_, reject) => {
    unwatch = budget.watch(() => reject(new Error("Nothing was heard.")));
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } catch (cause) {
    throw budget.failure(cause);
  } finally {
    unwatch();
  }
}

/** Problems after which a repeat may be billed, so that only the caller can want one. */
const COSTLY = ["not-an-image", "outcome-unknown"];

/** The wait that a 202 names, in milliseconds. */
export const pendingPause = (answer: Response): number => 1000 * (retryAfter(answer) ?? 1);

function mayHelp(failure: ProblemError | ConnectionError): boolean {
  return (
    failure instanceof ConnectionError ||
    [408, 409, 425, 429].includes(failure.status) ||
    (failure.status >= 500 && failure.status !== 501 && !COSTLY.includes(failure.problem))
  );
}

const backOff = (attempt: number): number => Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt) * (0.5 + Math.random() / 2);

import { hmacKey, utf8 } from "./crypto.js";
import { CallbackError } from "./errors.js";

/** A `Request`, or the object that a framework makes of one. */
export type CallbackMessage =
  | Request
  | { readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>; readonly body: string | Uint8Array };

export interface CallbackOptions {
  /** The secret of the service's callbacks, or several during a rotation. */
  readonly secret: string | readonly string[];
  /** How many seconds the time stamp may differ from now. 300 when left out. */
  readonly toleranceSeconds?: number;
  /** The present time in milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

/**
 * The content of a callback, if the service sent it. Its header `Afterimage-Signature` is `v1=` and the hex of the HMAC-SHA256
 * of time stamp, dot and body; `Afterimage-Timestamp` is in seconds since 1970. The body must be unchanged, byte for byte. A
 * callback may come more than once.
 *
 * @throws {CallbackError} when the signature is wrong, or the time stamp is too old
 */
export async function verifyCallback<T = unknown>(message: CallbackMessage, options: CallbackOptions): Promise<T> {
  const timestamp = header(message, "afterimage-timestamp");
  const signature = header(message, "afterimage-signature");
  if (timestamp === undefined || signature === undefined) {
    throw new CallbackError("A callback has the headers Afterimage-Timestamp and Afterimage-Signature.");
  }
  const body = await bodyOf(message);
  const signed = joined(utf8(`${timestamp}.`), body);
  if (!(await fits(signature, signed, [options.secret].flat()))) {
    throw new CallbackError("The callback's signature does not fit: another secret signed it, or the body was changed.");
  }
  const age = Math.abs((options.now ?? Date.now)() / 1000 - Number(timestamp));
  if (!(age <= (options.toleranceSeconds ?? 300))) {
    throw new CallbackError("The callback's time stamp is too far from now: it is an old one sent again, or a clock is wrong.");
  }
  return JSON.parse(new TextDecoder().decode(body)) as T;
}

function header(message: CallbackMessage, name: string): string | undefined {
  const headers = message.headers;
  if (typeof headers.get === "function") {
    return (headers as Headers).get(name) ?? undefined;
  }
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? (found as readonly string[])[0] : (found as string | undefined);
}

async function bodyOf(message: CallbackMessage): Promise<Uint8Array> {
  if (message instanceof Request) {
    return new Uint8Array(await message.arrayBuffer());
  }
  return typeof message.body === "string" ? utf8(message.body) : message.body;
}

/** Whether any of the secrets made any of the signatures. The comparison takes the same time wherever they differ. */
async function fits(header: string, signed: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Promise<boolean> {
  let fit = false;
  for (const secret of secrets) {
    const key = await hmacKey(secret);
    for (const signature of header.split(",")) {
      const hex = /^\s*v1=([0-9a-f]{64})\s*$/.exec(signature)?.[1];
      fit = (hex !== undefined && (await crypto.subtle.verify("HMAC", key, octets(hex), signed))) || fit;
    }
  }
  return fit;
}

function octets(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

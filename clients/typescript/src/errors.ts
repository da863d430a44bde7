const PROBLEMS = "https://afterimage.dev/problems/";

/** The content of an error answer of the service; see "Errors" in docs/http-api.md. */
export interface Problem {
  /** The last part of the problem's type, such as `quota-exceeded`; `about:blank` where a proxy answered. */
  readonly problem: string;
  readonly status: number;
  readonly title: string;
  /** How to mend the request. */
  readonly detail: string;
  /** The part of the body that is wrong, such as `#/template`. */
  readonly pointer?: string;
  /** The request's id in the service's log. */
  readonly requestId?: string;
  /** Seconds after which a repeat may help. */
  readonly retryAfter?: number;
}

/** Any failure of a call. */
export class AfterimageError extends Error {
  override name = "AfterimageError";
}

/** No answer came: the service cannot be reached, or the connection broke. */
export class ConnectionError extends AfterimageError {
  override name = "ConnectionError";
}

/** The call's time was used up before the image or batch was there. It may still be made: asking again is free. */
export class TimeoutError extends AfterimageError {
  override name = "TimeoutError";
}

/** A callback whose signature is wrong or whose time stamp is too old. */
export class CallbackError extends AfterimageError {
  override name = "CallbackError";
}

/** The service answered with a problem (RFC 9457). */
export class ProblemError extends AfterimageError implements Problem {
  override name = "ProblemError";
  declare readonly problem: string;
  declare readonly status: number;
  declare readonly title: string;
  declare readonly detail: string;
  declare readonly pointer?: string;
  declare readonly requestId?: string;
  declare readonly retryAfter?: number;

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    Object.assign(this, problem);
  }
}

/** 400, 413, 415 and the like: the request must be mended. */
export class InvalidRequestError extends ProblemError {
  override name = "InvalidRequestError";
}

/** 401, 403: the API key is missing, wrong, or may not do this; or a signed URL is not accepted. */
export class AccessDeniedError extends ProblemError {
  override name = "AccessDeniedError";
}

/** 404: there is no such image or batch. */
export class NotFoundError extends ProblemError {
  override name = "NotFoundError";
}

/** 409: another request is under way; a repeat helps. */
export class ConflictError extends ProblemError {
  override name = "ConflictError";
}

/** 422: the provider will never make this image. */
export class RejectedError extends ProblemError {
  override name = "RejectedError";
}

/** 429: the caller's quota is used up. */
export class QuotaExceededError extends ProblemError {
  override name = "QuotaExceededError";
}

/** 500 and above: the service cannot answer the request now. */
export class UnavailableError extends ProblemError {
  override name = "UnavailableError";
}

/** Makes the error of an error answer. Reads its body. */
export async function problemOf(answer: Response): Promise<ProblemError> {
  const text = await answer.text();
  const body = json(text);
  const type = textOf(body.type) ?? "about:blank";
  const pointer = textOf(body.pointer);
  const requestId = textOf(body.requestId) ?? answer.headers.get("X-Request-Id") ?? undefined;
  const wait = retryAfter(answer);
  return new (classOf(answer.status))({
    problem: type.startsWith(PROBLEMS) ? type.slice(PROBLEMS.length) : type,
    status: answer.status,
    title: textOf(body.title) ?? (answer.statusText || `Status ${answer.status}`),
    detail: textOf(body.detail) ?? textOf(body.message) ?? text.slice(0, 200),
    ...(pointer !== undefined && { pointer }),
    ...(requestId !== undefined && { requestId }),
    ...(wait !== undefined && { retryAfter: wait }),
  });
}

/** `Retry-After` in seconds; it may be a date (RFC 9110, section 10.2.3). */
export function retryAfter(answer: Response): number | undefined {
  const value = answer.headers.get("Retry-After");
  if (value === null) {
    return undefined;
  }
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function classOf(status: number): typeof ProblemError {
  switch (status) {
    case 401:
    case 403:
      return AccessDeniedError;
    case 404:
      return NotFoundError;
    case 409:
      return ConflictError;
    case 422:
      return RejectedError;
    case 429:
      return QuotaExceededError;
    default:
      return status >= 500 ? UnavailableError : InvalidRequestError;
  }
}

function json(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

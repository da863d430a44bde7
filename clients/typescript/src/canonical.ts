/** How many levels of objects and arrays the service accepts, the outermost object included. */
const MAX_DEPTH = 64;

/** A surrogate without its other half. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * The canonical JSON of a value (RFC 8785): no white space, names sorted by UTF-16 code units, one spelling for every string and
 * number. Equal data is equal text, here and in the service. As in `JSON.stringify`, members that are `undefined` or functions
 * are left out, and `toJSON` is called.
 *
 * @throws {TypeError} for what JSON cannot express with one meaning: NaN, infinity, bigint, half of a surrogate pair,
 *     more than 64 levels
 */
export function canonicalJson(value: unknown): string {
  const text = written(value, "", 0);
  if (text === undefined) {
    throw new TypeError(`JSON has no ${typeof value}.`);
  }
  return text;
}

function written(value: unknown, name: string, depth: number): string | undefined {
  if (hasToJson(value)) {
    return written(value.toJSON(name), name, depth);
  }
  switch (typeof value) {
    case "string":
      return string(value);
    case "number":
      if (!Number.isFinite(value)) {
        throw new TypeError(`JSON has no ${value}.`);
      }
      return JSON.stringify(value); // ECMAScript's spelling of numbers is that of RFC 8785.
    case "boolean":
      return String(value);
    case "bigint":
      throw new TypeError("JSON's numbers are doubles; write a bigint as a string.");
    case "object":
      return value === null ? "null" : structure(value, depth + 1);
    default:
      return undefined;
  }
}

function structure(value: object, depth: number): string {
  if (depth > MAX_DEPTH) {
    throw new TypeError(`The data nests deeper than ${MAX_DEPTH} levels.`);
  }
  if (Array.isArray(value)) {
    return `[${value.map((element, i) => written(element, String(i), depth) ?? "null").join(",")}]`;
  }
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const text = written((value as Record<string, unknown>)[name], name, depth);
    if (text !== undefined) {
      members.push(`${string(name)}:${text}`);
    }
  }
  return `{${members.join(",")}}`;
}

function string(text: string): string {
  if (LONE_SURROGATE.test(text)) {
    throw new TypeError("A text holds half of a surrogate pair, which is no character.");
  }
  return JSON.stringify(text);
}

function hasToJson(value: unknown): value is { toJSON(name: string): unknown } {
  return typeof value === "object" && value !== null && "toJSON" in value && typeof value.toJSON === "function";
}

const UTF8 = new TextEncoder();

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => UTF8.encode(text);

/** A key for HMAC-SHA256 from a secret's UTF-8 bytes. */
export const hmacKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", utf8(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);

export async function hmac(secret: string, text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await hmacKey(secret), utf8(text)));
}

/** Base64url without padding (RFC 4648, section 5). */
export function base64url(octets: Uint8Array): string {
  let binary = "";
  for (const octet of octets) {
    binary += String.fromCharCode(octet);
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

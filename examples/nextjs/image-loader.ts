/**
 * Puts the service in front of a signed path. A template draws one size, so every width is the same link, and the CDN keeps one
 * image; the browser scales it. Runs in the browser, too, so it has no secret: the path was signed on the server.
 */
export default function imageLoader({ src }: { src: string; width: number; quality?: number }): string {
  return new URL(src, process.env.NEXT_PUBLIC_AFTERIMAGE_URL ?? "http://localhost:8080").href;
}

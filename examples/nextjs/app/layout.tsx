import type { Metadata } from "next";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "Posts", metadataBase: new URL(process.env.SITE_URL ?? "http://localhost:3000") };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "system-ui, sans-serif", maxWidth: 720, margin: "2rem auto", padding: "0 1rem" }}>{children}</body>
    </html>
  );
}

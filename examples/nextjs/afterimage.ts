import { Afterimage } from "afterimage-client";
import type { Post } from "./posts";

const baseUrl = process.env.NEXT_PUBLIC_AFTERIMAGE_URL ?? "http://localhost:8080";

/** For servers only: it knows the secret. */
const afterimage = new Afterimage({ baseUrl, linkSecret: process.env.AFTERIMAGE_LINK_SECRET });

/** The link of a post's card. No call, no cost: the image is made when somebody follows it for the first time. */
export const cardOf = (post: Post): Promise<string> =>
  afterimage.imageUrl({ template: "social-card", data: { title: post.title, subtitle: post.summary, author: post.author } });

import { cardOf } from "../../../../afterimage";
import { postOf } from "../../../../posts";

/** A short address of a post's card, for whoever cannot take a long one: it leads to the link. */
export async function GET(_: Request, { params }: { params: Promise<{ slug: string }> }): Promise<Response> {
  const post = postOf((await params).slug);
  return post ? Response.redirect(await cardOf(post), 302) : new Response("There is no such post.", { status: 404 });
}

import type { Metadata } from "next";
import Image from "next/image";
import { notFound } from "next/navigation";
import { cardOf } from "../../../afterimage";
import { postOf, posts } from "../../../posts";

type Props = { params: Promise<{ slug: string }> };

export const generateStaticParams = () => posts.map(({ slug }) => ({ slug }));

async function found(props: Props) {
  return postOf((await props.params).slug) ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const post = await found(props);
  const images = [{ url: await cardOf(post), width: 1200, height: 630, alt: post.title }];
  return {
    title: post.title,
    description: post.summary,
    openGraph: { title: post.title, description: post.summary, images },
    twitter: { card: "summary_large_image", images },
  };
}

export default async function PostPage(props: Props) {
  const post = await found(props);
  const { pathname, search } = new URL(await cardOf(post));
  return (
    <main>
      <h1>{post.title}</h1>
      <p>{post.summary}</p>
      <Image src={pathname + search} width={1200} height={630} alt="" priority style={{ width: "100%", height: "auto" }} />
    </main>
  );
}

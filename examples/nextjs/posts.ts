export interface Post {
  slug: string;
  title: string;
  summary: string;
  author: string;
}

export const posts: Post[] = [
  { slug: "never-pay-twice", title: "Never pay twice", summary: "One bill for every image, however many ask", author: "Ada Lovelace" },
  { slug: "zoe", title: "Zoë & the 100 % café", summary: "Accents, signs + spaces in a link", author: "Zoë Ångström" },
];

export const postOf = (slug: string): Post | undefined => posts.find((post) => post.slug === slug);

// What the soak asks for: a set of images that grows, the newest asked for most.

/** One in twenty has the template that is purged again and again. */
export const templateOf = (number) => (number % 20 === 0 ? 'seasonal' : 'card');
export const image = (number) => ({
  template: templateOf(number),
  data: { title: `Image ${number}`, author: { name: `Author ${number % 97}` } },
});

/** The number of the image that a call to the provider was for. */
export const numberOf = (body) => Number(/Image (\d+)/.exec(body)[1]);

export const asNdjson = (numbers) => numbers.map((number) => JSON.stringify(image(number)) + '\n').join('');
export const asCsv = (numbers) => ['template,title,author.name', ...numbers.map((number) => {
  const { template, data } = image(number);
  return [template, data.title, data.author.name].join(',');
})].join('\n');

export class ImageSet {
  size = 0;

  /** Numbers that nobody has asked for. */
  grow(count) {
    return Array.from({ length: count }, () => this.size++);
  }

  /** Zipf: the image of rank r, counted from the newest, is asked for in proportion to 1 / r. */
  popular() {
    return this.size - Math.floor(this.size ** Math.random());
  }
}

// The keys of the entries, as well spread as real ones.
import { createHash } from 'node:crypto';

export const keyOf = (number) => createHash('sha256').update(String(number)).digest('hex');

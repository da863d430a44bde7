// Explains why an image was billed more than once: what happened between one bill and the next.
import { numberOf, templateOf } from './images.mjs';

/** A delete or a purge is seen by all instances, and a call's image is stored, within so long. */
const SETTLED = 3_000;
/** A flight lasts at most so long. */
const FLIGHT = 27_000;
/** A process is dead so long after it was told to be, at the latest. */
const SIGNALLED = 1_000;

/** Whether [begin, end] and [from, to] have a moment in common. */
const meet = (begin, end, from, to) => begin <= to && end >= from;

/**
 * The extra bills, each with its reason, or without one when nobody can say.
 *
 * @param calls to the provider, as it saw them
 * @param answers of the service, among them those to deletes and purges
 * @param faults with name, begin and end
 */
export function extraBills(calls, answers, faults) {
  const deletes = byImage(answers.filter(({ op }) => op === 'delete'), (one) => one.image);
  const purges = answers.filter(({ op }) => op === 'purge');
  const billsOf = byImage(calls.filter(({ bills }) => bills), (call) => numberOf(call.body));
  const extras = [];
  for (const [image, bills] of billsOf) {
    const spent = new Set(); // a purge makes one new version, so it explains one more bill of an image
    for (let i = 1; i < bills.length; i++) {
      extras.push({ image, at: bills[i].at, first: bills[i - 1].at, ...reason(image, bills[i - 1], bills[i], spent) });
    }
  }
  return { images: billsOf.size, extras };

  function reason(image, previous, bill, spent) {
    const between = (change, settled) => meet(change.at, change.at + change.millis + settled, previous.at, bill.at);
    const during = (fits, from, to) =>
      faults.findLast(({ name, begin, end }) => fits(name) && meet(begin, end + SETTLED, from, to))?.name;
    const because = (why, fault) => ({ why, fault });
    if (previous.how !== 'image') {
      return because(`the call before ended in "${previous.how}"`, during((name) => name === `provider-${previous.how}`, previous.at, previous.at));
    }
    const died = faults.find(({ name, begin }) => name === 'instance-killed' && meet(begin - SETTLED, begin + SIGNALLED, previous.at, previous.at));
    if (died) return because('the leader died', died.name);
    if (deletes.get(image)?.some((one) => between(one, SETTLED))) return because('deleted');
    // Last, because a purge can be spent only once. A flight that began before the purge still bills the version that it began with.
    const purge = purges.find((one) => one.template === templateOf(image) && !spent.has(one) && between(one, FLIGHT));
    if (purge) {
      spent.add(purge);
      return because('purged');
    }
    return {};
  }
}

function byImage(list, imageOf) {
  const groups = new Map();
  for (const one of list) {
    const image = imageOf(one);
    groups.set(image, [...(groups.get(image) ?? []), one]);
  }
  return groups;
}

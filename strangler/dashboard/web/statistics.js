// Turns two readings of cumulative counters into what happened between them.

/** @typedef {{count: number, failures: number, buckets: number[]}} Reading */

/** What came between `before` and `now`; a restarted process begins at zero again. */
export function difference(now, before) {
  if (!before || now.count < before.count) return now;
  return {
    count: now.count - before.count,
    failures: now.failures - before.failures,
    buckets: now.buckets.map((value, index) => value - before.buckets[index]),
  };
}

/** Adds readings of different ways up. */
export function sum(readings, buckets) {
  const total = {count: 0, failures: 0, buckets: new Array(buckets).fill(0)};
  for (const reading of readings) {
    total.count += reading.count;
    total.failures += reading.failures;
    reading.buckets.forEach((value, index) => { total.buckets[index] += value; });
  }
  return total;
}

/** The bound, in seconds, below which `share` of the values lie; null without values. */
export function quantile(reading, bounds, share) {
  if (reading.count === 0) return null;
  let seen = 0;
  for (let index = 0; index < reading.buckets.length; ++index) {
    seen += reading.buckets[index];
    if (seen >= share * reading.count) return bounds[index];
  }
  return bounds[bounds.length - 1];
}

/** The readings of an operation by way: those of requests, or of calls between modules. */
export function byWay(rows, before) {
  const ways = new Map();
  for (const row of rows ?? []) {
    ways.set(row.way, difference(row, before?.find((each) => each.way === row.way)));
  }
  return ways;
}

// Who calls whom, how often and how well, from what the process has counted: nothing is drawn that
// was not measured, but for who may call whom, which stays as a thin line.
import {difference, quantile, sum} from '/_banyan/statistics.js';

/**
 * @typedef {{from: string, to: string, kind: 'call'|'outside'|'new side'|'event', rate: number|null,
 *   total: number, failures: number, p99: number|null, slow: boolean, failing: boolean,
 *   waiting: number, oldest: number}} Arrow
 * `failures` is the share of the last minute, `rate` of the last ten seconds; null: not counted.
 */

/** What came between two looks at rows that `keep` picks. */
function between(now, before, keep, bounds) {
  const wanted = (now ?? []).filter(keep);
  return sum(wanted.map((row) => difference(row, before?.find((other) => sameRow(other, row)))), bounds.length);
}

function sameRow(one, other) {
  return one.way === other.way && one.from === other.from && one.operation === other.operation;
}

/** The rows of all operations of a module as one list. */
function rowsOf(module, which) {
  return module?.operations?.flatMap((operation) =>
      operation[which].map((row) => ({...row, operation: operation.name})));
}

function measured(arrow, rows, keep, since, bounds, slow) {
  const {now, moment, minute, seconds} = rows;
  const total = between(now, undefined, keep, bounds);
  const late = between(now, minute, keep, bounds);
  const p99 = late.count > 0 ? quantile(late, bounds, 0.99) : null;
  const failures = late.count > 0 ? late.failures / late.count : 0;
  return {...arrow, total: total.count, rate: between(now, moment, keep, bounds).count / seconds, failures, p99,
    slow: p99 !== null && p99 > slow, failing: failures > 0, waiting: 0, oldest: 0};
}

const unmeasured = (arrow) => ({...arrow, total: 0, rate: null, failures: 0, p99: null, slow: false, failing: false,
  waiting: 0, oldest: 0});

/** The arrows of everything on the map; `window` has the readings, `events` the lanes, if there are any. */
export function arrowsOf(live, window, events, eventWindow, now) {
  const slow = (live.slow_ms ?? 500) / 1000;
  return [...live.modules.flatMap((module) => callsOf(module, window.since(module.name), live.bounds, slow)),
    ...eventsOf(events, eventWindow, now)];
}

function callsOf(module, since, bounds, slow) {
  const rows = (which) => ({now: rowsOf(module, which), moment: rowsOf(since.moment.module, which),
    minute: rowsOf(since.minute.module, which), seconds: since.moment.seconds});
  const requests = rows('requests');
  const arrows = [];
  const anybody = (which, keep) => requests.now.some((row) => keep(row) && row.count > 0);
  // From outside, to the old side and the new one (of a proxy too).
  for (const [way, to] of [['local', module.name], ['remote', newSideOf(module)]]) {
    const keep = (row) => row.way === way;
    if (!anybody('requests', keep)) continue;
    arrows.push(measured({from: '', to, kind: 'outside'}, requests, keep, since, bounds, slow));
  }
  // What modules here ask the new side.
  if (module.runs === 'routed') {
    arrows.push(measured({from: module.name, to: newSideOf(module), kind: 'new side'}, rows('calls'),
        (row) => row.way === 'remote', since, bounds, slow));
  }
  const callers = {now: module.callers ?? [], moment: since.moment.module?.callers, minute: since.minute.module?.callers,
    seconds: since.moment.seconds};
  for (const from of new Set(callers.now.map((row) => row.from))) {
    arrows.push(measured({from, to: module.name, kind: 'call'}, callers, (row) => row.from === from, since, bounds, slow));
  }
  return arrows;
}

/** Who needs whom and has not called yet. */
export function quietArrows(live, arrows) {
  const there = new Set(arrows.filter(({kind}) => kind === 'call').map(({from, to}) => `${from}>${to}`));
  const names = new Set(live.modules.map(({name}) => name));
  return live.modules.flatMap((module) => (module.needs ?? [])
      .filter((need) => names.has(need) && !there.has(`${module.name}>${need}`))
      .map((need) => unmeasured({from: module.name, to: need, kind: 'call'})));
}

export function newSideOf(module) {
  return module.runs === 'routed' || module.stage ? `${module.name}'` : module.name;
}

/** Events per second are how far a follower has come in its log. */
function eventsOf(events, eventWindow, now) {
  return (events?.modules ?? []).flatMap(({module, lanes}) => lanes.map((lane) => {
    const key = `${module}>${lane.lane}`;
    const rate = eventWindow.rate(key, lane.position, now);
    const stuck = lane.parked > 0;
    return {from: module, to: lane.lane, kind: 'event', rate, total: lane.position, failures: 0, p99: null,
      failing: stuck, slow: !stuck && lane.oldest_unsent_seconds >= 5, waiting: lane.unsent + lane.held,
      oldest: lane.oldest_unsent_seconds, parked: lane.parked};
  }));
}

/** How fast something counted grows, over the last ten seconds. */
export class Pace {
  #readings = new Map();

  rate(key, value, now) {
    const past = this.#readings.get(key) ?? [];
    const last = past.at(-1);
    if (!last || value !== last.value || now - last.now >= 1000) past.push({value, now});
    if (last && value < last.value) past.splice(0, past.length - 1);
    while (past.length > 2 && now - past[1].now >= 10_000) past.shift();
    this.#readings.set(key, past);
    const [first] = past;
    return now > first.now ? (value - first.value) / ((now - first.now) / 1000) : 0;
  }
}

/** In words what colour and badge say: "slow: 1.2 s", "3.1 % fail", "2 keys are parked"; "" when all is well. */
export function trouble(arrow, {duration, share, age}) {
  if (arrow.kind === 'event') {
    if (arrow.parked > 0) return `${arrow.parked} ${arrow.parked === 1 ? 'key is' : 'keys are'} parked`;
    return arrow.slow ? `${arrow.waiting} wait, ${age(arrow.oldest)}` : '';
  }
  if (arrow.failing) return `${share(arrow.failures)} fail`;
  return arrow.slow ? `slow, ${duration(arrow.p99)}` : '';
}

// What is asked of a module: each operation with its figures, and during a move the old side beside
// the new one.
import {byWay, quantile, sum} from '/_banyan/statistics.js';
import {age, count, duration, rate, share} from '/_banyan/figures.js';
import {cell, element, head} from '/_banyan/elements.js';

const kFresh = 3000;  // ms in which a row shows that something has just happened
const kSides = {local: 'old side', remote: 'new side'};
const kColumns = ['operation', 'requests', 'per second', 'p50', 'p99', 'errors', 'last'];

/** What happened to some requests: how many ever, per second of late, errors of the minute, and times
    of the minute or, when there was nothing in it, of all. */
function figuresOf(total, moment, seconds, minute, bounds) {
  const timed = minute.count > 0 ? minute : total;
  return {
    total: total.count, perSecond: moment.count / seconds,
    p50: quantile(timed, bounds, 0.5), p99: quantile(timed, bounds, 0.99),
    failures: minute.count ? minute.failures / minute.count : 0, failed: total.failures,
  };
}

function figureCells(figures) {
  const errors = figures.failed > 0 && figures.failures === 0 ? `0 (${count(figures.failed)} ever)`
                                                              : share(figures.failures);
  return [
    cell('requests', count(figures.total), 'number'),
    cell('per second', rate(figures.perSecond), 'number'),
    cell('p50', duration(figures.p50), 'number'), cell('p99', duration(figures.p99), 'number'),
    cell('errors', errors, figures.failures > 0 ? 'number bad' : 'number'),
  ];
}

/** The figures of an operation: all requests together, and each side that has had any. */
function measure(operation, since, bounds) {
  const at = (when) => when.module?.operations.find((each) => each.name === operation.name)?.requests;
  const total = byWay(operation.requests);
  const moment = byWay(operation.requests, at(since.moment));
  const minute = byWay(operation.requests, at(since.minute));
  const of = (ways) => figuresOf(sum(ways.map((way) => total.get(way)), bounds.length),
      sum(ways.map((way) => moment.get(way)), bounds.length), since.moment.seconds,
      sum(ways.map((way) => minute.get(way)), bounds.length), bounds);
  const all = [...total.keys()];
  const used = all.filter((way) => total.get(way).count > 0);
  return {all: of(all), sides: used.map((way) => [way, of([way])])};
}

function lastText(happened, figures, now) {
  if (happened === undefined) return figures.total > 0 ? 'earlier' : '–';
  return now - happened < 1500 ? 'now' : `${age((now - happened) / 1000)} ago`;
}

function operationRows(module, moving, operation, figures, window, now) {
  const happened = window.lastEvent(module.name, operation.name);
  const fresh = happened !== undefined && now - happened < kFresh;
  const rows = [element('tr', {class: `${operation.effect}${fresh ? ' fresh' : ''}`, 'data-key': operation.name},
      element('td', {class: 'operation', title: operation.summary},
          element('code', {}, `${operation.method} ${operation.path}`),
          element('span', {class: 'about'}, `${operation.name}, ${operation.effect}`)),
      ...figureCells(figures.all), cell('last', lastText(happened, figures.all, now), 'number'))];
  if (moving && figures.sides.length > 0) {
    for (const side of Object.keys(kSides)) {
      const found = figures.sides.find(([way]) => way === side);
      if (!found) continue;
      rows.push(element('tr', {class: `side ${side}`, 'data-key': `${operation.name} ${side}`},
          element('td', {class: 'operation'}, kSides[side]), ...figureCells(found[1]), cell('last', '')));
    }
  }
  return rows;
}

function tableOf(name, rows) {
  return element('table', {class: 'operations', 'aria-label': `operations of ${name}`}, head(kColumns),
      element('tbody', {}, ...rows));
}

/** Those that were asked for, and behind a line those that were not. */
export function operationTables(module, moving, since, bounds, window, now) {
  const used = [];
  const idle = [];
  for (const operation of module.operations) {
    const figures = measure(operation, since, bounds);
    (figures.all.total > 0 ? used : idle).push(...operationRows(module, moving, operation, figures, window, now));
  }
  const left = idle.length;
  return [
    used.length > 0 ? tableOf(module.name, used) : null,
    left === 0 ? null : element('details', {'data-key': 'idle', class: 'idle'},
        element('summary', {}, `${left} ${left === 1 ? 'operation was' : 'operations were'} not asked for yet`),
        tableOf(module.name, idle)),
  ];
}

/** Old beside new, for all operations of the module together: what one looks at during a canary. */
export function comparison(module, since, bounds) {
  const readings = (side, when) => sum(module.operations.flatMap((operation) => {
    const before = when?.module?.operations.find((each) => each.name === operation.name)?.requests;
    const reading = byWay(operation.requests, when ? before : undefined).get(side);
    return reading ? [reading] : [];
  }), bounds.length);
  return element('table', {class: 'comparison', 'aria-label': `old side beside new side of ${module.name}`},
      head(['side', ...kColumns.slice(1, 6)]), element('tbody', {},
          ...Object.entries(kSides).map(([side, text]) => element('tr', {class: `side ${side}`, 'data-key': side},
              element('td', {class: 'operation'}, text),
              ...figureCells(figuresOf(readings(side), readings(side, since.moment), since.moment.seconds,
                  readings(side, since.minute), bounds))))));
}

/** Requests ever, and per second since the last look. */
export function load(module, since) {
  let look = 0;
  let total = 0;
  for (const operation of module.operations) {
    const before = since.look.module?.operations.find((each) => each.name === operation.name);
    for (const reading of byWay(operation.requests, before?.requests).values()) look += reading.count;
    for (const row of operation.requests) total += row.count;
  }
  return {total, perSecond: look / since.look.seconds};
}

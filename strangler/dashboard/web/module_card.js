// One module: where it runs, what is asked of it, and on the way to a new place the old side beside
// the new one.
import {byWay, quantile, sum} from '/_banyan/statistics.js';
import {age, count, duration, listed, rate, share} from '/_banyan/figures.js';
import {cell, element, head, sparkline} from '/_banyan/elements.js';

const kHistory = 60;
const kFresh = 3000;  // ms in which a row shows that something has just happened
const kPlaces = {
  in_process: 'in this process', rehearsal: 'in this process, over the wire (rehearsal)',
  routed: 'here and in its own service', remote: 'in its own service',
};
const kSides = {local: 'old side', remote: 'new side'};
const kColumns = ['operation', 'requests', 'per second', 'p50', 'p99', 'errors', 'last', 'calls by modules'];
const history = new Map();  // module → requests per second, newest last

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

function callsText(operation) {
  return operation.calls.filter((row) => row.count > 0)
      .map((row) => `${row.way.replaceAll('_', ' ')} ${count(row.count)}`).join(' · ');
}

function lastText(happened, figures, now) {
  if (happened === undefined) return figures.total > 0 ? 'earlier' : '–';
  return now - happened < 1500 ? 'now' : `${age((now - happened) / 1000)} ago`;
}

function operationRows(module, operation, since, bounds, window, now) {
  const figures = measure(operation, since, bounds);
  const happened = window.lastEvent(module.name, operation.name);
  const fresh = happened !== undefined && now - happened < kFresh;
  const rows = [element('tr', {class: `${operation.effect}${fresh ? ' fresh' : ''}`},
      element('td', {class: 'operation', title: operation.summary},
          element('code', {}, `${operation.method} ${operation.path}`),
          element('span', {class: 'name'}, `${operation.name}, ${operation.effect}`)),
      ...figureCells(figures.all), cell('last', lastText(happened, figures.all, now)),
      cell('calls by modules', callsText(operation), 'ways'))];
  if (module.stage && figures.sides.length > 0) {
    for (const side of Object.keys(kSides)) {
      const found = figures.sides.find(([way]) => way === side);
      if (!found) continue;
      rows.push(element('tr', {class: `side ${side}`}, element('td', {class: 'operation'}, kSides[side]),
          ...figureCells(found[1]), cell('last', ''), cell('calls by modules', '')));
    }
  }
  return {rows, figures};
}

/** Old beside new, for all operations of the module together: what one looks at during a canary. */
function comparison(module, since, bounds) {
  const readings = (side, when) => sum(module.operations.flatMap((operation) => {
    const before = when?.module?.operations.find((each) => each.name === operation.name)?.requests;
    const reading = byWay(operation.requests, when ? before : undefined).get(side);
    return reading ? [reading] : [];
  }), bounds.length);
  const table = element('table', {class: 'comparison'},
      head(['side', ...kColumns.slice(1, 6)]), element('tbody', {},
          ...Object.entries(kSides).map(([side, text]) => element('tr', {class: `side ${side}`},
              element('td', {class: 'operation'}, text),
              ...figureCells(figuresOf(readings(side), readings(side, since.moment), since.moment.seconds,
                  readings(side, since.minute), bounds))))));
  return table;
}

function stageText(stage) {
  const writes = stage.writes === 'remote' ? 'new' : 'old';
  const name = stage.name ? `${stage.name.replaceAll('_', ' ')}: ` : '';
  return `${name}${stage.reads} of the reads go to the new side, writes to the ${writes} one `;
}

/** Only what this kind of process knows: a proxy knows nothing of tables, or of who needs whom. */
function facts(module, kind) {
  const rows = [];
  const add = (name, text) => rows.push(element('dt', {}, name), element('dd', {}, text));
  if (kind === 'proxy') {
    add('goes to', module.at || 'nowhere');
  } else {
    add('runs', `${kPlaces[module.runs] ?? module.runs}${module.at ? ` at ${module.at}` : ''}`);
    add('tables', module.data || 'with the service');
    add('needs', listed(module.needs ?? []) || 'nobody');
  }
  return element('dl', {}, ...rows);
}

export function moduleCard(module, kind, window, bounds, now) {
  const since = window.since(module.name);
  let total = 0;
  let look = 0;
  const rows = module.operations.flatMap((operation) => {
    const made = operationRows(module, operation, since, bounds, window, now);
    const before = since.look.module?.operations.find((each) => each.name === operation.name);
    for (const reading of byWay(operation.requests, before?.requests).values()) look += reading.count;
    total += made.figures.all.total;
    return made.rows;
  });
  const past = history.get(module.name) ?? [];
  past.push(look / since.look.seconds);
  if (past.length > kHistory) past.shift();
  history.set(module.name, past);

  const card = element('article', {class: `module ${module.runs}`, 'data-module': module.name},
      element('h3', {}, module.name, element('span', {class: 'rate'},
          `${count(total)} ${total === 1 ? 'request' : 'requests'}, ${rate(past.at(-1))}/s`)),
      sparkline(past, kHistory), facts(module, kind));
  if (module.stage) {
    card.append(element('p', {class: 'stage'}, stageText(module.stage),
        element('progress', {max: '100', value: String(parseFloat(module.stage.reads)),
          'aria-label': 'share of the reads that go to the new side'})));
    card.append(comparison(module, since, bounds));
  }
  if (module.tunnels?.pinned) {
    card.append(element('p', {class: 'bad'},
        `WebSockets that stayed behind when their users moved: ${module.tunnels.pinned}`));
  }
  card.append(element('table', {class: 'operations'}, head(kColumns), element('tbody', {}, ...rows)));
  return card;
}

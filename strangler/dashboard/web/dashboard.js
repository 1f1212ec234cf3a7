// Polls /_banyan/api/live and draws. Nothing is ever put into the page as HTML: what comes from
// the server is text.
import {difference, duration, quantile, rate, sum} from '/_banyan/statistics.js';

const kInterval = 1000;
const kHistory = 60;
const kPlaces = {
  in_process: 'in this process', rehearsal: 'in this process, over the wire (rehearsal)',
  routed: 'here and in its own service', remote: 'in its own service',
};

let previous = null;
let previousTime = 0;
const history = new Map();  // module → requests per second, newest last

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function sparkline(values) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', `0 0 ${kHistory} 20`);
  svg.setAttribute('class', 'spark');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `requests per second, last ${kHistory} seconds`);
  const most = Math.max(1, ...values);
  const points = values.map((value, index) =>
      `${kHistory - values.length + index},${19 - 18 * value / most}`);
  const line = document.createElementNS(space, 'polyline');
  line.setAttribute('points', points.join(' '));
  svg.append(line);
  return svg;
}

/** The readings of an operation, all ways together and each way, since the last poll. */
function recent(operation, before, seconds, bounds) {
  const ways = {};
  const deltas = [];
  for (const kind of ['requests', 'calls']) {
    for (const row of operation[kind]) {
      const old = before?.[kind].find((each) => each.way === row.way);
      const delta = difference(row, old);
      if (kind === 'requests') deltas.push(delta);
      if (delta.count > 0) ways[`${kind === 'calls' ? 'calls ' : ''}${row.way}`] = delta.count / seconds;
    }
  }
  const all = sum(deltas, bounds.length);
  return {
    perSecond: all.count / seconds, failing: all.count ? all.failures / all.count : 0,
    p50: quantile(all, bounds, 0.5), p99: quantile(all, bounds, 0.99), ways,
  };
}

function operationRow(operation, figures) {
  const ways = Object.entries(figures.ways).map(([way, perSecond]) => `${way} ${rate(perSecond)}`);
  return element('tr', {class: operation.effect},
      element('td', {title: operation.summary}, element('code', {}, `${operation.method} ${operation.path}`),
          element('span', {class: 'name'}, operation.name)),
      element('td', {}, operation.effect),
      element('td', {class: 'number'}, rate(figures.perSecond)),
      element('td', {class: 'number'}, duration(figures.p50)),
      element('td', {class: 'number'}, duration(figures.p99)),
      element('td', {class: figures.failing > 0 ? 'number bad' : 'number'},
          figures.failing ? `${(100 * figures.failing).toFixed(1)} %` : '0'),
      element('td', {class: 'ways'}, ways.join(' · ')));
}

function moduleCard(module, before, seconds, bounds) {
  let total = 0;
  const rows = module.operations.map((operation) => {
    const figures = recent(operation, before?.operations.find((each) => each.name === operation.name), seconds, bounds);
    total += figures.perSecond;
    return operationRow(operation, figures);
  });
  const past = history.get(module.name) ?? [];
  past.push(total);
  if (past.length > kHistory) past.shift();
  history.set(module.name, past);

  const card = element('article', {class: `module ${module.runs}`, 'data-module': module.name},
      element('h3', {}, module.name, element('span', {class: 'rate'}, `${rate(total)}/s`)),
      sparkline(past),
      element('dl', {},
          element('dt', {}, 'runs'), element('dd', {}, kPlaces[module.runs] ?? module.runs,
              module.at ? ` at ${module.at}` : ''),
          element('dt', {}, 'tables'), element('dd', {}, module.data || 'with the service'),
          element('dt', {}, 'needs'), element('dd', {}, module.needs.join(', ') || 'nobody')));
  if (module.stage) {
    const percent = element('progress', {max: '100', value: String(parseFloat(module.stage.reads))});
    card.append(element('p', {class: 'stage'}, `reads ${module.stage.reads} in the service `, percent,
        `, writes ${module.stage.writes}`));
  }
  if (module.tunnels?.pinned) {
    card.append(element('p', {class: 'bad'}, `WebSockets that stayed behind when their users moved: ${module.tunnels.pinned}`));
  }
  const head = ['operation', 'effect', 'req/s', 'p50', 'p99', 'errors', 'ways, per second'];
  card.append(element('table', {},
      element('thead', {}, element('tr', {}, ...head.map((text) => element('th', {}, text)))),
      element('tbody', {}, ...rows)));
  return card;
}

/** {"stage":"canary","reads":2500,"writes":"local"} → "canary: reads 25 %, writes local". */
function traffic(text) {
  const {stage, reads, writes} = JSON.parse(text);
  return `${stage}: reads ${reads / 100} %, writes ${writes}`;
}

function showLog(entries) {
  const table = document.getElementById('log');
  table.hidden = entries.length === 0;
  document.getElementById('log-hint').hidden = entries.length > 0;
  table.tBodies[0].replaceChildren(...entries.map((entry) => element('tr', {},
      ...[entry.seq, entry.time.slice(0, 19).replace('T', ' '), entry.module, traffic(entry.before), traffic(entry.after), entry.who, entry.why]
          .map((text) => element('td', {}, String(text))))));
}

/** Only a proxy has upstreams. */
function showUpstreams(groups) {
  document.getElementById('upstreams-section').hidden = groups.length === 0;
  document.getElementById('upstreams').tBodies[0].replaceChildren(...groups.flatMap((group) =>
      group.instances.map((each) => element('tr', {},
          element('td', {}, group.name), element('td', {}, element('code', {}, each.at)),
          element('td', {class: each.state === 'healthy' ? '' : 'bad'}, each.state.replace('_', ' ')),
          element('td', {}, each.check), ...[each.in_flight, each.requests, each.failures].map(
              (number) => element('td', {class: 'number'}, String(number)))))));
}

async function poll() {
  const answer = await fetch('/_banyan/api/live', {cache: 'no-store'});
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const live = await answer.json();
  const now = performance.now();
  const seconds = previous ? (now - previousTime) / 1000 : Math.max(live.uptime_seconds, 1);
  document.getElementById('application').textContent = live.application;
  document.title = `${live.application} · Banyan`;
  document.getElementById('summary').textContent =
      `process ${live.process}, up ${Math.round(live.uptime_seconds)} s, ${live.flavour}, routing table ${live.revision}`;
  document.getElementById('modules').replaceChildren(...live.modules.map((module) =>
      moduleCard(module, previous?.modules.find((each) => each.name === module.name), seconds, live.bounds)));
  showUpstreams(live.upstreams ?? []);
  showLog(live.log);
  previous = live;
  previousTime = now;
}

async function run() {
  try {
    await poll();
    document.body.classList.remove('away');
  } catch (error) {
    document.body.classList.add('away');
    document.getElementById('summary').textContent = `no answer (${error.message}); asking again`;
    previous = null;
  }
  setTimeout(run, kInterval);
}
run();

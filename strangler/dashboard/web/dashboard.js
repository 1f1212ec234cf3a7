// Polls /_banyan/api/live and draws.
import {TokenNeeded, ask, isToken, keepToken} from '/_banyan/session.js';
import {age, count, listed} from '/_banyan/figures.js';
import {cell, element} from '/_banyan/elements.js';
import {showMap} from '/_banyan/map.js';
import {moduleCard} from '/_banyan/module_card.js';
import {Window} from '/_banyan/window.js';

const kInterval = 1000;
const readings = new Window();
const byId = (id) => document.getElementById(id);

function kindOf(live) {
  return live.kind ?? (live.application === 'banyan proxy' ? 'proxy' : 'application');
}

/** What this process is: "application with the modules catalog and orders". */
function describe(live) {
  const names = live.modules.map((module) => module.name);
  const plural = names.length === 1 ? 'module' : 'modules';
  switch (kindOf(live)) {
    case 'proxy': return names.length ? `proxy for ${listed(names)}` : 'proxy without routes';
    case 'service': return `service of the ${plural} ${listed(names)}`;
    default: return names.length ? `application with the ${plural} ${listed(names)}` : 'application without modules';
  }
}

function showWho(live) {
  const name = live.service ?? live.application;
  byId('application').textContent = live.version ? `${name} ${live.version}` : name;
  document.title = `${name} · Banyan`;
  byId('summary').textContent = [
    describe(live), `process ${live.process}`, `up ${age(live.uptime_seconds)}`, live.flavour,
    live.revision ? `routing table ${live.revision}` : '',
    live.generation ? `routes read ${live.generation === 1 ? 'once' : `${live.generation} times`}` : '',
  ].filter(Boolean).join(' · ');
}

/** Only pages that this process has. */
function showLinks(live) {
  const usual = [['/metrics', 'metrics'], ['/health/ready', 'health']];
  const own = kindOf(live) === 'proxy' ? [] :
      [['/', 'start'], ['/openapi.json', 'API'], ['/_banyan/sagas', 'sagas']];
  const links = live.links?.map((link) => [link.href, link.text]) ?? [...own, ...usual];
  byId('links').replaceChildren(...links.flatMap(([href, text], index) =>
      [index ? ' · ' : '', element('a', {href}, text)]));
}

/** {"stage":"canary","reads":2500,"writes":"local"} → "canary: reads 25 %, writes local". */
function traffic(text) {
  const {stage, reads, writes} = JSON.parse(text);
  return `${stage}: reads ${reads / 100} %, writes ${writes}`;
}

function showLog(live) {
  const table = byId('log');
  const hint = byId('log-hint');
  const movable = live.modules.find((module) => module.stage);
  table.hidden = live.log.length === 0;
  hint.hidden = live.log.length > 0;
  hint.replaceChildren(movable ? 'Nobody has moved any traffic yet. Try ' : 'No traffic can be moved here.');
  if (movable) {
    hint.append(element('code', {},
        `banyan shift ${movable.name} 1% --url ${location.origin} --why "first canary"`));
  }
  table.tBodies[0].replaceChildren(...live.log.map((entry) => element('tr', {},
      cell('#', String(entry.seq)), cell('when', entry.time.slice(0, 19).replace('T', ' ')),
      cell('module', entry.module), cell('before', traffic(entry.before)),
      cell('after', traffic(entry.after)), cell('who', entry.who), cell('why', entry.why, 'why'))));
}

function showUpstreams(groups) {
  byId('upstreams-section').hidden = groups.length === 0;
  byId('upstreams').tBodies[0].replaceChildren(...groups.flatMap((group) =>
      group.instances.map((each) => element('tr', {},
          cell('group', group.name), cell('instance', element('code', {}, each.at)),
          cell('state', each.state.replaceAll('_', ' '), each.state === 'healthy' ? '' : 'bad'),
          cell('check', each.check), cell('under way', count(each.in_flight), 'number'),
          cell('requests', count(each.requests), 'number'),
          cell('failures', count(each.failures), each.failures > 0 ? 'number bad' : 'number')))));
}

async function poll() {
  const live = await ask('/_banyan/api/live');
  const now = Date.now();
  readings.add(live, now);
  showWho(live);
  showLinks(live);
  byId('modules').replaceChildren(...live.modules.map((module) =>
      moduleCard(module, kindOf(live), readings, live.bounds, now)));
  showUpstreams(live.upstreams ?? []);
  showLog(live);
  if (kindOf(live) !== 'proxy') await showMap(byId('map-section'), byId('map'));
}

/** Nothing is asked any more until there is a token. */
function wantToken(refused) {
  byId('summary').textContent = 'This page can be reached from elsewhere, so it asks who you are.';
  byId('token-problem').textContent = refused ? 'That token was refused.' : '';
  byId('token-section').hidden = false;
  byId('content').hidden = true;
  byId('token').focus();
}

async function run() {
  try {
    await poll();
    document.body.classList.remove('away');
    byId('token-section').hidden = true;
    byId('content').hidden = false;
  } catch (error) {
    if (error instanceof TokenNeeded) return wantToken(error.refused);
    document.body.classList.add('away');
    byId('summary').textContent = `no answer (${error.message}); asking again`;
    readings.clear();
  }
  setTimeout(run, kInterval);
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('token');
  const token = field.value.trim();
  field.value = '';
  if (!isToken(token)) {
    byId('token-problem').textContent = 'A token has letters, digits and signs, and no blanks.';
    return;
  }
  keepToken(token);
  run();
});
run();

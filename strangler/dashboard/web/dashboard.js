// Puts the documents that the feed brings on the page.
import {Announcer} from '/_banyan/announcer.js';
import {Pace, arrowsOf, quietArrows} from '/_banyan/arrows.js';
import {attention} from '/_banyan/attention.js';
import {ChangeDialog} from '/_banyan/change_dialog.js';
import {canvasLinks, showWhenOpened} from '/_banyan/context_map.js';
import {kCatalogue} from '/_banyan/description.js';
import {askAgain, differencesPanel} from '/_banyan/differences.js';
import {element} from '/_banyan/elements.js';
import {eventsPanel} from '/_banyan/events_panel.js';
import {Feed} from '/_banyan/feed.js';
import {age, listed} from '/_banyan/figures.js';
import {arrowList, keepStep, legend, mapSummary, picture} from '/_banyan/live_map.js';
import {moduleCard, stageText} from '/_banyan/module_card.js';
import {update} from '/_banyan/morph.js';
import {planState} from '/_banyan/plan.js';
import {sagasPanel} from '/_banyan/sagas_panel.js';
import {TokenNeeded, isToken, keepToken} from '/_banyan/session.js';
import {switchLog} from '/_banyan/switch_log.js';
import {tracesPanel} from '/_banyan/traces_panel.js';
import {upstreamsPanel} from '/_banyan/upstreams_panel.js';
import {Window} from '/_banyan/window.js';
import {workPanel} from '/_banyan/work_panel.js';

const kStale = 4000;  // ms without news after which the page says so
const kStill = 'banyan-still';
const byId = (id) => document.getElementById(id);

const readings = new Window();
const pace = new Pace();
const announcer = new Announcer(byId('announcer'));
const documents = {};  // the newest of each name
let fresh = 0;         // when the last live document came
let connection = 'asking';
let arrows = [];

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
  update(byId('summary'), [
    describe(live), `process ${live.process}`, `up ${age(live.uptime_seconds)}`, live.flavour,
    live.revision ? `routing table ${live.revision}` : '',
    live.generation ? `routes read ${live.generation === 1 ? 'once' : `${live.generation} times`}` : '',
  ].filter(Boolean).join(' · '));
}

/** Only pages that this process has. */
function showLinks(live) {
  const usual = [['/_banyan/traces', 'traces'], ['/metrics', 'metrics'], ['/health/ready', 'health']];
  const own = kindOf(live) === 'proxy' ? [] :
      [['/', 'start'], ['/openapi.json', 'API'], [kCatalogue, 'operations'], ['/_banyan/sagas', 'sagas']];
  const links = live.links?.map((link) => [link.href, link.text]) ?? [...own, ...usual];
  update(byId('links'), ...links.flatMap(([href, text], index) =>
      [index ? ' · ' : '', element('a', {href, 'data-key': href}, text)]));
}

/** A section that is there only when there is something to show. */
function showPanel(section, place, children) {
  byId(section).hidden = children === null;
  if (children !== null) update(byId(place), ...children);
}

const byModule = (list) => new Map((list ?? []).map((each) => [each.module, each]));

function showMap(live, now) {
  arrows = arrowsOf(live, readings, documents.events, pace, now);
  const all = [...arrows, ...quietArrows(live, arrows)];
  update(byId('live-map'), picture(live, all));
  keepStep(byId('live-map'));
  update(byId('map-words'), mapSummary(live, arrows));
  update(byId('arrows'), all.length > 0 ? arrowList(live, all)
    : element('p', {class: 'hint'}, 'Nobody has called anybody yet: this process gets no requests.'));
  byId('context-map').hidden = kindOf(live) === 'proxy';
  update(byId('canvases'), ...canvasLinks(live.modules.map(({name}) => name)));
}

function showAttention(live) {
  const found = attention({live, arrows, ...documents});
  const place = byId('attention');
  place.className = found.length > 0 ? 'wrong' : 'well';
  update(place, ...(found.length === 0 ? [element('p', {'data-key': 'well'}, element('span', {'aria-hidden': 'true'}, '✓ '), 'All is well, as far as this page sees.')]
    : [element('ul', {'data-key': 'list'}, ...found.map(({key, text, href}) =>
        element('li', {'data-key': key}, href ? element('a', {href}, text) : text)))]));
  document.title = `${found.length > 0 ? `(${found.length}) ` : ''}${live.service ?? live.application} · Banyan`;
}

function showModules(live, now) {
  const page = {live, kind: kindOf(live), window: readings, now, positions: byModule(documents.status?.rollouts),
    plans: byModule(documents.plans?.plans), placements: byModule(documents.placements?.modules),
    planned: documents.plans !== undefined};
  update(byId('modules'), ...live.modules.map((module) => moduleCard(module, page)));
}

/** All of it, from what is known now. */
function show(now = Date.now()) {
  const {live} = documents;
  if (!live) return;
  showWho(live);
  showLinks(live);
  showMap(live, now);
  showAttention(live);
  showModules(live, now);
  showPanel('traces-section', 'traces-panel', live.traces ? tracesPanel(live) : null);
  showPanel('sagas-section', 'sagas-panel', documents.sagas?.modules.length ? sagasPanel(documents.sagas) : null);
  showPanel('events-section', 'events-panel', documents.events?.modules.length ? eventsPanel(documents.events) : null);
  showPanel('work-section', 'work-panel', documents.work?.modules.length ? workPanel(documents.work) : null);
  showPanel('upstreams-section', 'upstreams-panel', live.upstreams?.length ? upstreamsPanel(live.upstreams) : null);
  update(byId('log-panel'), ...switchLog(live));
}

const said = new Map();  // what the listener knows: "stage catalog" → "canary …"

function announce(key, text) {
  const before = said.get(key);
  said.set(key, text);
  if (before !== undefined && before !== text) announcer.say(text);
}

function announceChanges(name, given) {
  if (name === 'live') {
    for (const module of given.modules) {
      if (module.stage) announce(`stage ${module.name}`, `${module.name} is at ${stageText(module.stage)}`);
    }
  }
  if (name === 'plans') {
    for (const plan of given.plans) announce(`plan ${plan.module}`, `The plan of ${plan.module}: ${planState(plan)}`);
  }
  if (name === 'sagas') {
    const stuck = given.modules.flatMap(({sagas}) => sagas).filter(({status}) => status === 'stuck').length;
    announce('sagas', stuck === 1 ? 'One saga is stuck' : `${stuck} sagas are stuck`);
  }
}

function take(name, given) {
  documents[name] = given;
  announceChanges(name, given);
  const now = Date.now();
  if (name === 'live') {
    readings.add(given, now);
    fresh = now;
    byId('token-section').hidden = true;
    byId('content').hidden = false;
    show(now);
  }
  if (name === 'differences') showPanel('differences-section', 'differences', differencesPanel(given));
  if (name !== 'live') showSoon();
}

let soon = 0;

/** Documents come in bunches. */
function showSoon() {
  soon ||= setTimeout(() => {
    soon = 0;
    show();
  });
}

const kSigns = {streaming: ['●', 'live'], asking: ['◐', 'live, asking every second'], away: ['○', 'no answer']};

function showFreshness() {
  const silent = Date.now() - fresh;
  const stale = fresh > 0 && silent > kStale;
  const [sign, words] = kSigns[stale ? 'away' : connection] ?? kSigns.asking;
  document.body.classList.toggle('away', stale || connection === 'away');
  update(byId('freshness-sign'), sign);
  update(byId('freshness-words'), stale ? `no answer for ${age(silent / 1000)}; what you see is from ${new Date(fresh).toTimeString().slice(0, 8)}`
    : words);
  if (fresh > 0) announce('connection', stale ? 'The process does not answer; what you see is old' : 'The page is live again');
}

function onState(state, why) {
  connection = state;
  if (state === 'away' && fresh === 0) update(byId('summary'), `no answer (${why}); asking again`);
  showFreshness();
}

/** Nothing is asked any more until there is a token. */
function wantToken(refused) {
  byId('summary').textContent = 'This page can be reached from elsewhere, so it asks who you are.';
  byId('token-problem').textContent = refused ? 'That token was refused.' : '';
  byId('token-section').hidden = false;
  byId('content').hidden = true;
  byId('token').focus();
}

const feed = new Feed(take, onState);

async function run() {
  try {
    await feed.run();
  } catch (problem) {
    if (!(problem instanceof TokenNeeded)) throw problem;
    wantToken(problem.refused);
  }
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

askAgain(byId('differences'), byId('again'));

const dialog = new ChangeDialog(byId('change'), (module, made) => {
  announcer.say(made.plan ? `The plan of ${module}: ${planState(made.plan)}`
    : made.changed === false ? `${module} was there already` : `${module} was moved`);
  const left = (made.left_behind ?? made.change?.left_behind)?.message;
  if (left) announcer.say(`attention: ${left}`);
  feed.refresh('live', 'status', 'plans');
});
byId('modules').addEventListener('click', ({target}) => {
  const {verb, module} = target.closest('button')?.dataset ?? {};
  const found = documents.live?.modules.find(({name}) => name === module);
  const position = documents.status?.rollouts?.find((each) => each.module === module);
  if (verb && found) dialog.open(module, verb, found.stage, position?.revision, position?.data);
});

function holdStill(still) {
  byId('motion').setAttribute('aria-pressed', String(still));
  byId('live-map').classList.toggle('still', still);
  sessionStorage.setItem(kStill, still ? 'yes' : '');
}
byId('motion').addEventListener('click', () => holdStill(byId('motion').getAttribute('aria-pressed') !== 'true'));
if (sessionStorage.getItem(kStill)) holdStill(true);

showWhenOpened(byId('context-map'), byId('map'));
update(byId('legend'), legend());
const phone = matchMedia('(max-width: 700px)');
const follow = () => { byId('arrow-list').open = phone.matches; };  // where there is no room for the picture
phone.addEventListener('change', follow);
follow();
setInterval(showFreshness, 1000);
run();

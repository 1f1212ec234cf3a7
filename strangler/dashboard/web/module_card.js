// One module: where it and its tables are, what is asked of it, and on the way to a new place the old
// side beside the new one, with what can be done about it.
import {count, listed, rate} from '/_banyan/figures.js';
import {element, sparkline} from '/_banyan/elements.js';
import {canvasAt} from '/_banyan/description.js';
import {comparison, load, operationTables} from '/_banyan/operations.js';
import {partOf, shares} from '/_banyan/share.js';
import {planView} from '/_banyan/plan.js';

const kHistory = 60;
const kPlaces = {
  in_process: 'in this process', rehearsal: 'in this process, over the wire (rehearsal)',
  routed: 'here and in its own service', remote: 'in its own service',
};
const history = new Map();  // module → requests per second, newest last

/** "canary: 25 % of the reads go to the new side, writes to the old one". */
export function stageText(stage) {
  if (stage.name === 'legacy') return 'legacy: the old side answers everything';
  if (stage.name === 'retired') return 'retired: the new side answers everything, and the old one may be taken away';
  const side = stage.writes === 'remote' ? 'new' : 'old';
  const writes = stage.has_writes === false ? 'and it has no writes' : `writes to the ${side} one`;
  const name = stage.name ? `${stage.name.replaceAll('_', ' ')}: ` : '';
  return `${name}${stage.reads.replace(/\s*%/, ' %')} of the reads go to the new side, ${writes}`;
}

/** Where the tables are, who else is there, and what a move of them does. */
function tables(module, live, placement) {
  if (!module.data) return 'with the service';
  const others = live.modules.filter((other) => other !== module && other.data === module.data).map(({name}) => name);
  const parts = [others.length > 0 ? `${module.data}, shared with ${listed(others)}` : `${module.data}, its own`];
  if (placement) {
    if (placement.stage && !['shared', 'separate'].includes(placement.stage)) parts.push(`move: ${placement.stage}`);
    if (placement.epoch > 0) parts.push(placement.epoch === 1 ? 'moved once' : `moved ${placement.epoch} times`);
    if (placement.waiting) parts.push('calls wait for its tables');
    if (placement.gate) parts.push(`gate ${placement.gate}`);
  }
  return parts.join(' · ');
}

/** Only what this kind of process knows: a proxy knows nothing of tables, or of who needs whom. */
function facts(module, kind, live, placement, position) {
  const rows = [];
  const add = (name, text, extra = null) =>
      rows.push(element('div', {}, element('dt', {}, name), element('dd', {class: extra}, text)));
  if (kind === 'proxy') {
    add('goes to', module.at || 'nowhere');
    if (position?.data) {
      add('data', position.data === 'unknown' ? 'unknown: it is not said that both sides work on the same' : 'the same on both sides');
    }
  } else {
    add('runs', `${kPlaces[module.runs] ?? module.runs}${module.at ? ` at ${module.at}` : ''}`);
    add('tables', tables(module, live, placement), placement?.waiting ? 'bad' : null);
    add('needs', listed(module.needs ?? []) || 'nobody');
    add('canvas', element('a', {href: canvasAt(module.name)}, `what ${module.name} offers and promises`));
  }
  return element('dl', {}, ...rows);
}

function button(verb, module, text, more = {}) {
  return element('button', {type: 'button', 'data-verb': verb, 'data-module': module.name, 'data-key': verb, ...more}, text);
}

/** What operators can do: each asks who and why first (change_dialog.js). */
function actions(module, {position, plan, plans}) {
  if (position && !position.new_side) return null;  // there is nothing to move it to
  const next = position?.next;
  const back = position?.back;
  const named = (text) => text.replace(/(\d)%/g, '$1 %');
  const nowhere = partOf(module.stage.reads) === 0 && module.stage.writes !== 'remote';
  const running = plan && /running|returning/i.test(plan.state);
  const paused = plan && /paused/i.test(plan.state);
  const mayStart = plans && !running && !paused && partOf(module.stage.reads) < 1;
  return element('p', {class: 'actions', role: 'group', 'aria-label': `move the traffic of ${module.name}`, 'data-key': 'actions'},
      next ? button('next', module, `Next: ${named(next)}`, {class: 'main'}) : null,
      button('shift', module, 'Shift…'),
      module.stage.name === 'legacy' ? button('shadow', module, 'Shadow…') : null,
      running ? button('pause', module, 'Pause the plan…') : null,
      paused ? button('resume', module, 'Resume the plan…') : null,
      mayStart ? button('start', module, 'Start a plan…') : null,
      back || !nowhere ? button('back', module, back ? `Back: ${named(back)}` : 'Back') : null,
      nowhere ? null : button('rollback', module, 'Roll back all…', {class: 'danger'}),
      position?.illegal ? element('span', {class: 'bad'}, position.illegal) : null);
}

/** Both sides answer, or did: then they are compared. */
function isMoving(module) {
  const answered = (operation) => operation.requests.some((row) => row.way === 'remote' && row.count > 0);
  return Boolean(module.stage) && (module.stage.name !== 'legacy' || module.operations.some(answered));
}

/** `page` has the live document, the window of readings, the position, plan and placement by module, and the time. */
export function moduleCard(module, page) {
  const {live, kind, window, now} = page;
  const since = window.since(module.name);
  const {total, perSecond} = load(module, since);
  const past = history.get(module.name) ?? [];
  if (past.at(-1)?.now !== now) past.push({now, perSecond});
  if (past.length > kHistory) past.shift();
  history.set(module.name, past);
  const moving = isMoving(module);
  const context = {position: page.positions.get(module.name), plan: page.plans.get(module.name), plans: page.planned};
  const id = `module-${module.name}`;
  return element('article', {class: `module ${module.runs}${moving ? ' moving' : ''}`, 'data-module': module.name, 'data-key': module.name,
    'aria-labelledby': id},
      element('div', {class: 'halves'}, element('div', {}, element('div', {class: 'title'}, element('h3', {id}, module.name), element('span', {class: 'rate'},
          `${rate(perSecond)}/s`, element('span', {class: 'quiet'}, ` · ${count(total)} ${total === 1 ? 'request' : 'requests'}`))),
      sparkline(past.map((each) => each.perSecond), kHistory), facts(module, kind, live, page.placements.get(module.name), page.positions.get(module.name)),
      module.stage ? element('p', {class: moving ? 'stage' : 'stage still', 'data-key': 'stage'}, stageText(module.stage)) : null,
      moving ? shares(module, since) : null,
      context.plan ? planView(context.plan) : null,
      module.stage ? actions(module, context) : null,
      moving ? comparison(module, since, live.bounds) : null,
      module.tunnels?.pinned ? element('p', {class: 'bad'},
          `WebSockets that stayed behind when their users moved: ${module.tunnels.pinned}`) : null),
      element('div', {}, ...operationTables(module, moving, since, live.bounds, window, now))));
}

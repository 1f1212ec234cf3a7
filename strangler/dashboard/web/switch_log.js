// Who changed which stage, plan or route, why, from what to what, and on what evidence.
import {cell, element, head, time} from '/_banyan/elements.js';

/** {"stage":"canary","reads":2500,"writes":"local"} → "canary: reads 25 %, writes local". */
export function traffic(text) {
  try {
    const {stage, reads, writes} = JSON.parse(text);
    return `${stage.replaceAll('_', ' ')}: reads ${reads / 100} %, writes ${writes}`;
  } catch {
    return text;
  }
}

/** {"state":"running","step":2,"of":5} → "running, step 2 of 5". */
function plan(text) {
  const {state, step, of} = parsed(text);
  if (!state || state === 'none') return '';
  return step && of ? `${state.replaceAll('_', ' ')}, step ${step} of ${of}` : state.replaceAll('_', ' ');
}

/** {"added":["route wiki"],"removed":[],"changed":[]} → "added route wiki"; before it, no more than a hash. */
function routes(text) {
  const table = parsed(text);
  const parts = ['added', 'removed', 'changed'].filter((each) => table[each]?.length)
      .map((each) => `${each} ${table[each].join(', ')}`);
  return parts.length ? parts.join('; ') : (table.table ?? '').slice(0, 12);
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

const kTexts = {stage: traffic, plan, routes};

/** What a line says before and after, by its kind; a kind that is not known here stays as it is. */
function stand(entry, side) {
  const textOf = kTexts[entry.kind ?? 'stage'];
  return textOf ? textOf(entry[side]) : entry[side];
}

/** A revision; of another line the revision that it was written at, and its own number. */
function numberOf(entry) {
  return entry.note ? `${entry.seq}/${entry.note}` : String(entry.seq);
}

function whyOf(entry) {
  if (!entry.evidence) return entry.why;
  return [entry.why, element('details', {'data-key': 'evidence'}, element('summary', {}, 'evidence'),
      element('pre', {tabindex: '0'}, readable(entry.evidence)))];
}

/** Figures are JSON, and what a person brought as a reason is a text. */
function readable(evidence) {
  return typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 2);
}

function nothingYet(live) {
  const movable = live.modules.find((module) => module.stage);
  if (!movable) return [element('p', {class: 'hint', id: 'log-hint'}, 'No traffic can be moved here.')];
  return [element('p', {class: 'hint', id: 'log-hint'}, 'Nobody has moved any traffic yet. The buttons of a module do, or ',
      element('code', {}, `banyan shift ${movable.name} 1% --url ${location.origin} --why "first canary"`))];
}

export function switchLog(live) {
  const hint = live.log.every((entry) => entry.kind === 'routes') ? nothingYet(live) : [];
  if (live.log.length === 0) return hint;
  return [...hint, element('table', {id: 'log'}, head(['#', 'when', 'kind', 'module', 'before', 'after', 'who', 'why']),
      element('tbody', {}, ...live.log.map((entry) => {
        const why = cell('why', '', 'why');
        why.append(...[whyOf(entry)].flat());
        return element('tr', {'data-key': numberOf(entry)}, cell('#', numberOf(entry)), cell('when', time(entry.time)),
            cell('kind', entry.kind ?? 'stage'), cell('module', entry.module), cell('before', stand(entry, 'before')),
            cell('after', stand(entry, 'after'), entry.kind === 'routes' ? 'why' : ''),
            cell('who', entry.who), why);
      })))];
}

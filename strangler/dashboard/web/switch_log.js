// Who moved which traffic, why, from where to where, and on what evidence.
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

function whyOf(entry) {
  if (!entry.evidence) return entry.why;
  return [entry.why, element('details', {'data-key': 'evidence'}, element('summary', {}, 'evidence'),
      element('pre', {tabindex: '0'}, readable(entry.evidence)))];
}

function readable(evidence) {
  try {
    return JSON.stringify(JSON.parse(evidence), null, 2);
  } catch {
    return evidence;
  }
}

function nothingYet(live) {
  const movable = live.modules.find((module) => module.stage);
  if (!movable) return [element('p', {class: 'hint', id: 'log-hint'}, 'No traffic can be moved here.')];
  return [element('p', {class: 'hint', id: 'log-hint'}, 'Nobody has moved any traffic yet. The buttons of a module do, or ',
      element('code', {}, `banyan shift ${movable.name} 1% --url ${location.origin} --why "first canary"`))];
}

export function switchLog(live) {
  if (live.log.length === 0) return nothingYet(live);
  return [element('table', {id: 'log'}, head(['#', 'when', 'module', 'before', 'after', 'who', 'why']),
      element('tbody', {}, ...live.log.map((entry) => {
        const why = cell('why', '', 'why');
        why.append(...[whyOf(entry)].flat());
        return element('tr', {'data-key': String(entry.seq)}, cell('#', String(entry.seq)), cell('when', time(entry.time)),
            cell('module', entry.module), cell('before', traffic(entry.before)), cell('after', traffic(entry.after)),
            cell('who', entry.who), why);
      })))];
}

// How the traffic of a module is split between its two sides: what was asked for, and what was seen.
import {difference} from '/_banyan/statistics.js';
import {element} from '/_banyan/elements.js';

/** Of the last ten seconds, over all operations of that effect: the new side's part; null without any. */
export function seenShare(module, since, effect) {
  let oldSide = 0;
  let newSide = 0;
  for (const operation of module.operations.filter((each) => each.effect === effect)) {
    const before = since.moment.module?.operations.find((each) => each.name === operation.name)?.requests;
    for (const row of operation.requests) {
      const late = difference(row, before?.find((each) => each.way === row.way)).count;
      if (row.way === 'local') oldSide += late;
      if (row.way === 'remote') newSide += late;
    }
  }
  return oldSide + newSide === 0 ? null : newSide / (oldSide + newSide);
}

const percent = (part) => `${part > 0 && part < 0.1 ? (100 * part).toFixed(1) : Math.round(100 * part)} %`;

/** "25%" → 0.25. */
export function partOf(text) {
  return parseFloat(text) / 100;
}

function bar(name, asked, seen) {
  const fill = element('span', {class: 'fill'});
  fill.style.setProperty('width', `${100 * asked}%`);
  const mark = seen === null ? null : element('span', {class: 'seen'});
  mark?.style.setProperty('right', `${100 * seen}%`);
  const words = `${percent(asked)} new, ${percent(1 - asked)} old` + (seen === null ? '' : ` · seen ${percent(seen)} new`);
  return element('div', {class: 'share', 'data-key': name},
      element('span', {class: 'what'}, name), element('span', {class: 'bar', 'aria-hidden': 'true'}, fill, mark),
      element('span', {class: 'words'}, words));
}

/** Old at the left and plain, new at the right and hatched; a mark shows what was really seen. */
export function shares(module, since) {
  const writes = module.stage.writes === 'remote' ? 1 : 0;
  return element('div', {class: 'shares'},
      bar('reads', partOf(module.stage.reads), seenShare(module, since, 'read')),
      module.stage.has_writes === false ? null : bar('writes', writes, seenShare(module, since, 'write')));
}

// What modules do by themselves, here and at their services, and whether it is worse there.
import {count, duration} from '/_banyan/figures.js';
import {cell, element, head} from '/_banyan/elements.js';

/** Judged is what the service does: in the row of the side that is here there is nothing to say. */
function standing(worker, side) {
  if (side === 'here' || !worker.verdict) return ['', 'quiet'];
  const judgement = worker.verdict.judgement;
  return [judgement.replaceAll('_', ' '), judgement === 'worse' ? 'bad' : 'quiet'];
}

function rowOf(module, worker, side) {
  const figures = worker[side];
  const [text, name] = standing(worker, side);
  return element('tr', {'data-key': `${module}.${worker.worker}@${side}`},
      cell('worker', `${module}.${worker.worker}`, 'operation'), cell('where', side === 'here' ? 'here' : 'service'),
      cell('units', count(figures.units), 'number'), cell('failures', count(figures.failed), 'number'),
      cell('hindered', count(figures.hindered ?? 0), 'number'),
      cell('lag', duration(figures.lag_p90_seconds), 'number'),
      cell('how it stands', element('span', {title: worker.verdict?.reason ?? null}, text), name));
}

/** Of these nobody can tell whether the service does it worse, or at all. */
function silences(modules) {
  return modules.filter(({not_told}) => not_told).map(({module, not_told}) => element('p', {class: 'hint'},
      `Cannot tell what the service of ${module} does by itself: ${not_told}.`));
}

export function workPanel(document) {
  const rows = document.modules.flatMap(({module, workers}) => workers.flatMap((worker) =>
      ['here', 'elsewhere']
          .filter((side) => worker[side].units > 0 || worker[side].hindered > 0)
          .map((side) => rowOf(module, worker, side))));
  const notes = silences(document.modules);
  if (rows.length === 0) {
    return [element('p', {class: 'hint'}, 'No module here has done anything by itself yet.'), ...notes];
  }
  return [element('table', {'aria-label': 'background work'},
      head(['worker', 'where', 'units', 'failures', 'hindered', 'lag', 'how it stands']), element('tbody', {}, ...rows)),
    element('p', {class: 'hint'}, 'Lag: nine of ten units were begun no later than this after they were due. '
        + 'Hindered: how often a database or a dependency was away for a while, which is no failure.'), ...notes];
}

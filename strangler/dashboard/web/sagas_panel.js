// The sagas in flight: how many in which state, and those that need somebody.
import {cell, element, head, time} from '/_banyan/elements.js';

const kOrder = ['stuck', 'active', 'completed', 'cancelled', 'undone'];

/** Of one module: {stuck: 1, active: 3, …}. */
export function countsOf(sagas) {
  const counts = new Map();
  for (const {status} of sagas) counts.set(status, (counts.get(status) ?? 0) + 1);
  const rank = (status) => kOrder.indexOf(status) < 0 ? kOrder.length : kOrder.indexOf(status);
  return [...counts].sort(([a], [b]) => rank(a) - rank(b));
}

const bad = ({status, overdue}) => status === 'stuck' || overdue === true;
const words = (status) => status === 'active' ? 'under way' : status.replaceAll('_', ' ');

function counts(sagas) {
  return element('span', {class: 'counts'}, ...countsOf(sagas).map(([status, many]) =>
      element('span', {class: status === 'stuck' ? 'count bad' : 'count', 'data-key': status}, `${many} ${words(status)}`)));
}

export function sagasPanel(document) {
  const keepers = document.modules;
  const open = keepers.flatMap(({module, sagas}) => sagas.filter(({status}) => ['active', 'stuck'].includes(status))
      .map((saga) => ({module, ...saga})));
  const rank = (saga) => saga.status === 'stuck' ? 0 : saga.overdue ? 1 : 2;
  open.sort((a, b) => rank(a) - rank(b) || a.began.localeCompare(b.began));
  return [
    ...keepers.map(({module, sagas, problem}) => element('p', {class: 'line', 'data-key': module},
        element('strong', {}, module), ' ', problem ? element('span', {class: 'bad'}, `not known just now: ${problem}`)
          : sagas.length === 0 ? element('span', {class: 'quiet'}, 'none yet') : counts(sagas))),
    open.length === 0 ? null : element('table', {'data-key': 'open', 'aria-label': 'sagas that are not over'},
        head(['saga', 'status', 'at', 'since']), element('tbody', {}, ...open.slice(0, 6).map((saga) =>
            element('tr', {'data-key': saga.id},
                cell('saga', element('a', {href: `/_banyan/sagas#${saga.id}`}, `${saga.module}.${saga.name}`), 'operation'),
                cell('status', saga.overdue ? `${words(saga.status)}, overdue` : words(saga.status), bad(saga) ? 'bad' : ''),
                cell('at', saga.at), cell('since', time(saga.began)))))),
    element('p', {class: 'more'}, element('a', {href: '/_banyan/sagas'},
        open.length > 6 ? `all ${open.length}, and what can be done` : 'all sagas')),
  ];
}

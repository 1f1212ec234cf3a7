// How far the followers of each module are behind it.
import {age, count} from '/_banyan/figures.js';
import {cell, element, head} from '/_banyan/elements.js';

function stateOf(lane) {
  if (lane.parked > 0) return [`${lane.parked} ${lane.parked === 1 ? 'key is' : 'keys are'} parked`, 'bad'];
  if (lane.held > 0) return [`${lane.held} ${lane.held === 1 ? 'key is' : 'keys are'} tried again`, ''];
  if (lane.unsent > 0) return [`behind by ${age(lane.oldest_unsent_seconds)}`, lane.oldest_unsent_seconds >= 60 ? 'bad' : ''];
  return ['up to date', 'quiet'];
}

export function eventsPanel(document) {
  const lanes = document.modules.flatMap(({module, lanes}) => lanes.map((lane) => ({module, ...lane})));
  if (lanes.length === 0) return [element('p', {class: 'hint'}, 'No module here publishes events that another one follows.')];
  return [element('table', {'aria-label': 'lanes of events'}, head(['from', 'to', 'by', 'waiting', 'how it stands']),
      element('tbody', {}, ...lanes.map((lane) => {
        const [text, name] = stateOf(lane);
        return element('tr', {'data-key': `${lane.module}>${lane.lane}`}, cell('from', lane.module, 'operation'),
            cell('to', lane.lane), cell('by', String(lane.transport).replaceAll('_', ' ')),
            cell('waiting', count(lane.unsent + lane.held), 'number'), cell('how it stands', text, name));
      })))];
}

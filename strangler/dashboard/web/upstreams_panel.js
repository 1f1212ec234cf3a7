// The instances behind each group of upstreams, and how they do.
import {count} from '/_banyan/figures.js';
import {cell, element, head} from '/_banyan/elements.js';

export function upstreamsPanel(groups) {
  return [element('table', {id: 'upstreams'},
      head(['group', 'instance', 'state', 'check', 'under way', 'requests', 'failures']),
      element('tbody', {}, ...groups.flatMap((group) => group.instances.map((each) =>
          element('tr', {'data-key': `${group.name} ${each.at}`},
              cell('group', group.breaker && group.breaker !== 'closed' ? `${group.name}, breaker ${group.breaker.replaceAll('_', ' ')}` : group.name),
              cell('instance', element('code', {}, each.at)),
              cell('state', each.state.replaceAll('_', ' '), each.state === 'healthy' ? '' : 'bad'),
              cell('check', each.check), cell('under way', count(each.in_flight), 'number'),
              cell('requests', count(each.requests), 'number'),
              cell('failures', count(each.failures), each.failures > 0 ? 'number bad' : 'number'))))))];
}

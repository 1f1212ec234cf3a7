// The latest requests that failed or were slow; the page of traces has each with its waterfall.
import {duration} from '/_banyan/figures.js';
import {cell, element, head, time} from '/_banyan/elements.js';

const kReasons = {failed: ['failed', 'bad'], slow: ['slow', ''], recovered: ['something inside failed', '']};

export function tracesPanel(live) {
  const slow = live.slow_ms ? ` (${duration(live.slow_ms / 1000)} or more)` : '';
  if (live.traces.length === 0) return [element('p', {class: 'hint'}, `No request has failed or was slow${slow}.`)];
  return [
    element('table', {'aria-label': 'slow and failed requests'}, head(['operation', 'why kept', 'took', 'when']),
        element('tbody', {}, ...live.traces.slice(0, 6).map((trace) => {
          const [text, name] = kReasons[trace.reason] ?? [trace.reason, ''];
          return element('tr', {'data-key': trace.trace_id},
              cell('operation', element('a', {href: `/_banyan/traces#${trace.trace_id}`}, trace.operation), 'operation'),
              cell('why kept', text, name), cell('took', duration(trace.took_us / 1e6), 'number'), cell('when', time(trace.started)));
        }))),
    element('p', {class: 'more'}, element('a', {href: '/_banyan/traces'}, 'all traces, as waterfalls')),
  ];
}

// Shows what /_banyan/api/traces says as waterfalls. Nothing is ever put into the page as HTML: what
// comes from the server is text.
import {drawing, element} from '/_banyan/elements.js';
import {ask} from '/_banyan/session.js';
import {inOrder} from '/_banyan/waterfall.js';

const kReasons = {failed: 'failed', slow: 'slow', recovered: 'recovered: something inside failed'};
const kMostLevels = 6;  // of indentation; see traces.css
const kWidth = 1000;    // of a waterfall's own scale

let answer = null;

function duration(micros) {
  if (micros >= 1e6) return `${(micros / 1e6).toFixed(2)} s`;
  if (micros >= 1e3) return `${(micros / 1e3).toFixed(micros < 1e4 ? 2 : 1)} ms`;
  return `${micros} µs`;
}

function bar(span, begin, whole) {
  const at = (micros) => kWidth * (micros - begin) / whole;
  const kind = `span ${span.kind}${span.status === 'error' ? ' error' : ''}`;
  return drawing('svg', {viewBox: `0 0 ${kWidth} 14`, preserveAspectRatio: 'none', role: 'img',
    'aria-label': `from ${duration(span.start_us)} for ${duration(span.took_us)}`},
      drawing('rect', {class: kind, x: at(span.start_us), y: 3, height: 8, rx: 1,
        width: Math.max(kWidth * span.took_us / whole, 2)}),
      ...span.events.map((event) => drawing('line', {class: 'event', y1: 0, y2: 14,
        x1: at(event.at_us), x2: at(event.at_us)})));
}

/** What colours say, for who does not see them. */
function remarks(span) {
  const words = span.kind === 'internal' ? [] : [span.kind];
  if (span.status === 'error') words.push('failed');
  return words.join(', ');
}

function facts(span) {
  const list = element('dl');
  const add = (key, value) => list.append(element('dt', {}, key), element('dd', {}, String(value)));
  if (span.message) add('what went wrong', span.message);
  for (const [key, value] of Object.entries(span.attributes)) add(key, value);
  for (const event of span.events) add(event.name, `after ${duration(event.at_us - span.start_us)}`);
  add('span', span.id);
  return list;
}

function waterfall(trace) {
  const begin = Math.min(...trace.spans.map((span) => span.start_us));
  const end = Math.max(...trace.spans.map((span) => span.start_us + span.took_us));
  const whole = Math.max(end - begin, 1);
  const list = element('ol', {class: 'waterfall'});
  for (const {span, level} of inOrder(trace.spans)) {
    list.append(element('li', {}, element('details', {class: `level-${Math.min(level, kMostLevels)}`},
        element('summary', {},
            element('span', {class: span.status === 'error' ? 'label bad' : 'label'}, span.name,
                element('span', {class: 'kind'}, remarks(span))),
            bar(span, begin, whole),
            element('span', {class: 'took'}, duration(span.took_us))),
        facts(span))));
  }
  return list;
}

function card(trace) {
  const details = element('details', {class: `trace ${trace.reason}`, id: trace.trace_id},
      element('summary', {}, element('span', {class: 'operation'}, trace.operation),
          element('span', {}, duration(trace.took_us)),
          element('span', {class: 'reason'}, kReasons[trace.reason] ?? trace.reason),
          element('time', {class: 'when', datetime: trace.started}, new Date(trace.started).toLocaleString())));
  // Drawn when somebody looks.
  details.addEventListener('toggle', () => {
    if (details.childElementCount > 1) return;
    details.append(element('p', {class: 'facts'}, 'trace ', element('code', {}, trace.trace_id),
        trace.sampled ? ', for export' : ', kept here only',
        trace.dropped_spans ? `, ${trace.dropped_spans} spans too many to keep` : ''), waterfall(trace));
  });
  return details;
}

function draw() {
  const operation = document.getElementById('operation').value;
  const reason = document.getElementById('reason').value;
  const wanted = answer.traces
      .filter((trace) => (!operation || trace.operation === operation) && (!reason || trace.reason === reason))
      .sort((a, b) => b.started.localeCompare(a.started));
  document.getElementById('traces').replaceChildren(...wanted.map(card));
  document.getElementById('none').hidden = wanted.length > 0;
}

function fillOperations() {
  const select = document.getElementById('operation');
  const before = select.value;
  const names = [...new Set(answer.traces.map((trace) => trace.operation))].sort();
  select.replaceChildren(element('option', {value: ''}, 'all'),
      ...names.map((name) => element('option', {value: name}, name)));
  if (names.includes(before)) select.value = before;
}

function summary({figures, slow_ms, ratio, collector}) {
  const exported = collector === '' ? 'none is exported' :
      `${(100 * ratio).toFixed(ratio < 0.01 ? 2 : 0)} % of new traces go to ${collector}: ` +
      `${figures.exported} spans taken, ${figures.export_dropped + figures.export_refused} lost` +
      (figures.export_problem ? ` (${figures.export_problem})` : '');
  return `The last failed ones, and those of ${slow_ms} ms or more. ${figures.traces} recorded; ${exported}.`;
}

async function refresh() {
  try {
    answer = await ask('/_banyan/api/traces');
  } catch (problem) {
    document.body.classList.add('away');
    document.getElementById('summary').textContent = `no answer: ${problem.message}`;
    return;
  }
  document.body.classList.remove('away');
  document.getElementById('summary').textContent = summary(answer);
  fillOperations();
  draw();
  openWanted();
}

/** /_banyan/traces#ID: the page of modules leads to one. */
function openWanted() {
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted?.matches('details.trace')) wanted.open = true;
  wanted?.scrollIntoView({block: 'start'});
}

document.getElementById('filters').addEventListener('change', () => answer && draw());
addEventListener('hashchange', openWanted);
document.getElementById('again').addEventListener('click', refresh);
refresh();

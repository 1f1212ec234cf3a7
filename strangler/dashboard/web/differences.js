// Where the new side answers something else than the old one: operation, then field, then examples.
// Bodies are what somebody sent: text, and nothing else.
import {count, share} from '/_banyan/figures.js';
import {element, time} from '/_banyan/elements.js';
import {ask} from '/_banyan/session.js';

const kOpinions = {difference: 'a difference', noise: 'noise', undecided: 'not decided yet'};
const words = (text) => String(text).replaceAll('_', ' ');

function operationSummary(each) {
  const part = each.pairs > 0 ? each.differing / each.pairs : 0;
  const more = [`${count(each.same)} alike`, each.noise ? `${count(each.noise)} differ by noise` : '',
    each.own_pairs ? `the old side differs from itself in ${count(each.own_differing)} of ${count(each.own_pairs)}` : ''].filter(Boolean);
  return element('summary', {}, element('code', {class: 'what'}, each.operation),
      element('span', {class: each.differing > 0 ? 'verdict bad' : 'verdict'},
          each.differing > 0 ? `${count(each.differing)} of ${count(each.pairs)} differ, ${share(part)}` : `none of ${count(each.pairs)} differs`),
      element('span', {class: 'quiet'}, more.join(' · ')));
}

function side(name, answer) {
  return element('div', {class: `answer ${name === 'old side' ? 'local' : 'remote'}`},
      element('h3', {}, name, element('span', {class: 'quiet'}, ` · status ${answer.status}`)),
      answer.value ? element('p', {class: 'value'}, element('code', {}, answer.value)) : null,
      answer.body ? element('details', {'data-key': name}, element('summary', {}, 'whole body'),
          element('pre', {tabindex: '0', 'aria-label': `body of the ${name}`}, answer.body)) : null);
}

const said = new Map();  // example → what came of asking again

function button(name) {
  return element('p', {class: 'line'}, element('button', {type: 'button', 'data-example': name}, 'Ask both again'), ' ',
      element('span', {class: 'said', role: 'status'}, said.get(name) ?? ''));
}

/** What is hidden of a request only somebody who knows it can say, and better to a shell than to a page that is left open. */
function commandOf(name, needs) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  return ['banyan replay', name, needs.target ? `--target ${quoted(needs.target)}` : '',
    ...(needs.headers ?? []).map((field) => `--header ${quoted(`${field}: …`)}`), needs.body ? '--body FILE' : '',
    `--url ${location.origin}`].filter(Boolean).join(' ');
}

function again(each, name) {
  if (each.replayable) return button(name);
  if (!each.needs) return null;
  return element('p', {class: 'line'}, 'To ask both again, say what stood for each …: ', element('code', {}, commandOf(name, each.needs)));
}

function example(each, module) {
  const fields = Object.entries(each.fields ?? {}).map(([name, value]) => `${name}: ${value}`).join('\n');
  return element('li', {'data-key': `${each.time} ${each.request}`},
      element('p', {class: 'line'}, element('code', {}, each.request), ' ', time(each.time),
          each.correlation_id ? element('span', {class: 'quiet'}, ` · ${each.correlation_id}`) : null,
          element('span', {class: 'quiet'}, each.replayable ? ' · can be asked again as it is' : ' · not kept as it was asked')),
      fields || each.body ? element('details', {'data-key': 'request'}, element('summary', {}, 'request'),
          element('pre', {tabindex: '0', 'aria-label': 'request'}, [fields, each.body].filter(Boolean).join('\n\n'))) : null,
      element('div', {class: 'answers'}, side('old side', each.old), side('new side', each.new)),
      module && each.number !== undefined ? again(each, `${module}:${each.number}`) : null);
}

function field(each, module) {
  const kinds = Object.entries(each.kinds).map(([kind, many]) => `${words(kind)} ${count(many)}`).join(', ');
  const opinion = kOpinions[each.opinion] ?? words(each.opinion);
  const sure = each.declared ? 'a rule says so' : `${Math.round(100 * each.confidence)} % sure`;
  return element('details', {class: 'field', 'data-key': each.path},
      element('summary', {}, element('code', {class: 'what'}, each.path || '(the whole answer)'),
          element('span', {class: each.opinion === 'difference' ? 'verdict bad' : 'verdict'}, `${opinion}, ${sure}`),
          element('span', {class: 'quiet'}, `${count(each.old_new.differing)} of ${count(each.old_new.pairs)} pairs`)),
      element('p', {class: 'quiet'}, [kinds, each.note, each.old_old.pairs
        ? `old with old: ${count(each.old_old.differing)} of ${count(each.old_old.pairs)}` : ''].filter(Boolean).join(' · '),
          ' · first ', time(each.first), ', last ', time(each.last)),
      each.examples.length === 0 ? element('p', {class: 'hint'}, 'No example was kept.')
        : element('ol', {class: 'examples'}, ...each.examples.map((one) => example(one, module))));
}

function reportView(report, module) {
  const operations = [...report.operations].sort((a, b) => b.differing - a.differing || a.operation.localeCompare(b.operation));
  const left = report.folded.operations + report.folded.fields + report.folded.examples;
  return [
    ...operations.map((operation) => {
      const fields = report.fields.filter((each) => each.operation === operation.operation)
          .sort((a, b) => (b.opinion === 'difference') - (a.opinion === 'difference') || b.old_new.differing - a.old_new.differing);
      return element('details', {class: 'difference', 'data-key': operation.operation}, operationSummary(operation),
          fields.length === 0 ? element('p', {class: 'hint'}, 'No field differs.') : null, ...fields.map((each) => field(each, module)));
    }),
    left > 0 || !report.masked ? element('p', {class: 'hint'}, [
      left > 0 ? `There was no room for ${count(left)} more differences and examples.` : '',
      report.masked ? '' : 'Values are shown as they are: masking is off.'].filter(Boolean).join(' ')) : null,
  ];
}

function copiesText(copies) {
  const lost = [...Object.entries(copies.failed ?? {}), ...Object.entries(copies.dropped ?? {})]
      .map(([why, many]) => `${words(why)} ${count(many)}`).join(', ');
  return `${count(copies.compared)} of ${count(copies.sent)} copies compared${lost ? `; not compared: ${lost}` : ''}`;
}

/** Of each module that has two sides. A report by itself is one without a name. */
export function differencesPanel(document) {
  const modules = (document.modules ?? [{module: '', report: document}])
      .filter(({report, copies}) => report.operations.length > 0 || copies?.sent > 0);
  if (modules.length === 0) return [element('p', {class: 'hint'}, 'Nothing was compared yet.')];
  return modules.map(({module, copies, report}) => element('div', {'data-key': module},
      copies ? element('p', {class: 'line'}, element('strong', {}, module), ' ', element('span', {class: 'quiet'}, copiesText(copies))) : null,
      ...reportView(report, module)));
}

/** The buttons of examples: both sides are asked once more, and what comes of it stands beside. */
export function askAgain(place) {
  place.addEventListener('click', async ({target}) => {
    const name = target.closest('button')?.dataset.example;
    if (!name) return;
    let text;
    try {
      const answer = await ask('/_banyan/api/differences/replay', {example: name});
      const {comparison} = answer;
      text = answer.old_then ? `The old side answered ${answer.old_then.status} then and ${answer.old.status} now: this is not what was asked then.`
        : comparison.same ? 'They answer alike now.'
        : `They still differ: ${comparison.differences.map(({path, old, new: other}) => `${path || 'the answer'} ${old} and ${other}`).join('; ') || 'in their bytes'}.`;
    } catch (problem) {
      text = problem.message;
    }
    said.set(name, text);
    target.closest('button').parentElement.querySelector('.said').textContent = text;
  });
}

// Where the new side answers something else than the old one: operation, then field, then examples.
// Bodies are what somebody sent: text, and nothing else.
import {count, share} from '/_banyan/figures.js';
import {element, time} from '/_banyan/elements.js';
import {ReplayDialog} from '/_banyan/replay_dialog.js';
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

const said = new Map();   // example → what came of asking again
const shown = new Map();  // example → as it is on the page

/** Whom a process has asked in the name of: nobody else may name one. */
const isOfPrincipal = ({needs}) => (needs?.headers ?? []).some((name) => name.replaceAll('_', '-') === 'banyan-principal');

/** At once where nothing is hidden. What is, and what may be said besides, is asked for. */
function again(each, name) {
  if (!each.replayable && !each.needs) return null;
  if (isOfPrincipal(each)) {
    return element('p', {class: 'line'}, 'It was asked in the name of a principal, whom only processes of the application may name: nobody can ask it again.');
  }
  shown.set(name, each);
  const button = (text, dialog) =>
    element('button', {type: 'button', 'data-example': name, 'aria-haspopup': dialog ? 'dialog' : null}, text);
  return element('p', {class: 'line'}, each.replayable ? [button('Ask both again', false), ' '] : null,
      each.needs ? [button(each.replayable ? 'Say more…' : 'Ask both again…', true), ' '] : null,
      element('span', {class: 'said', role: 'status'}, said.get(name) ?? ''));
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
      each.distance ? element('p', {class: 'quiet'}, `New, seen from old: ${each.distance}.`) : null,
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
  const held = copies.held_back;
  const who = held ? `; ${count(held.requests)} that say who asks (${held.fields.join(', ')}) are not copied: credentials is "skip"` : '';
  return `${count(copies.compared)} of ${count(copies.sent)} copies compared${lost ? `; not compared: ${lost}` : ''}${who}`;
}

/** Of each module that has two sides. A report by itself is one without a name. */
export function differencesPanel(document) {
  shown.clear();
  const modules = (document.modules ?? [{module: '', report: document}])
      .filter(({report, copies}) => report.operations.length > 0 || copies?.sent > 0);
  if (modules.length === 0) return [element('p', {class: 'hint'}, 'Nothing was compared yet.')];
  return modules.map(({module, copies, report}) => element('div', {'data-key': module},
      copies ? element('p', {class: 'line'}, element('strong', {}, module), ' ', element('span', {class: 'quiet'}, copiesText(copies))) : null,
      ...reportView(report, module)));
}

/** What both sides have answered once more, in a sentence. */
function outcome({old_then: then, old, comparison}) {
  if (then) return `The old side answered ${then.status} then and ${old.status} now: this is not what was asked then.`;
  if (comparison.same) return 'They answer alike now.';
  return `They still differ: ${comparison.differences.map(({path, old: one, new: other}) =>
    `${path || 'the answer'} ${one} and ${other}`).join('; ') || 'in their bytes'}.`;
}

/** The buttons of examples: both sides are asked once more, and what comes of it stands beside. */
export function askAgain(place, dialog) {
  const tell = (name, text) => {
    said.set(name, text);
    const status = place.querySelector(`[data-example="${CSS.escape(name)}"]`)?.parentElement.querySelector('.said');
    if (status) status.textContent = text;
  };
  const asking = new ReplayDialog(dialog, (name, answer) => tell(name, outcome(answer)), tell);
  place.addEventListener('click', async ({target}) => {
    const button = target.closest('button');
    const name = button?.dataset.example;
    if (!name) return;
    if (button.hasAttribute('aria-haspopup')) {
      asking.open(name, shown.get(name));
      return;
    }
    try {
      tell(name, outcome(await ask('/_banyan/api/differences/replay', {example: name})));
    } catch (problem) {
      tell(name, problem.message);
    }
  });
}

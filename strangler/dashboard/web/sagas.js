// The sagas of this process, and one of them (#sag_…) with its picture, its steps and what can be done
// about it. The picture is drawn by the process; everything else that comes from there is text.
import {TokenNeeded, ask} from '/_banyan/session.js';
import {cell, element, head} from '/_banyan/elements.js';
import {update} from '/_banyan/morph.js';

const kApi = '/_banyan/api/sagas';
const kInterval = 2000;
const kVerbs = {
  retry: 'Try again',
  mark: 'Mark',
  back: 'Turn back',
};

const byId = (id) => document.getElementById(id);
const wanted = () => decodeURIComponent(location.hash.slice(1));
const time = (text) => text ? element('time', {datetime: text}, new Date(text).toLocaleString()) : '';
const statusOf = (saga) => saga.overdue ? `${saga.status}, overdue` : saga.status;
let timer = 0;
let shown = '';  // the picture
let sending = false;

function listOf(document) {
  const rows = document.modules.flatMap(({module, sagas}) => sagas.map((saga) => element('tr', {'data-key': saga.id},
      cell('saga', element('a', {href: `#${saga.id}`}, `${module}.${saga.name}`), 'operation'),
      cell('about', saga.subject), cell('status', statusOf(saga), saga.status === 'stuck' || saga.overdue ? 'bad' : ''),
      cell('at', saga.at), cell('waits for', saga.blocked_on),
      cell('attempts', String(saga.attempts), 'number'), cell('began', time(saga.began)),
      cell('problem', saga.problem ?? '', 'message'))));
  update(byId('sagas'),
      head(['saga', 'about', 'status', 'at', 'waits for', 'attempts', 'began', 'problem']),
      element('tbody', {}, ...rows));
  byId('sagas').hidden = rows.length === 0;
  byId('none').hidden = rows.length > 0;
  const all = document.modules.flatMap(({sagas}) => sagas);
  const stuck = all.filter(({status}) => status === 'stuck');
  const overdue = all.filter((saga) => saga.overdue);
  const unknown = document.modules.filter(({problem}) => problem);
  const counted = document.modules.reduce((sum, {counts}) => sum + (counts?.all ?? 0), 0);
  const which = counted > rows.length ? `${rows.length} of ${counted}, those` : rows.length;
  return [`${which} that are not over, or the newest; ${stuck.length} stuck${overdue.length > 0 ? `, ${overdue.length} overdue` : ''}`,
    ...unknown.map(({module, problem}) => `nothing is known of those of ${module} just now: ${problem}`)].join('. ');
}

function calls(made) {
  if (!made.calls) return '';
  return element('span', {}, `${made.calls}, `, time(made.began), ' – ', time(made.ended));
}

/** Whom, what and how often, for those who do not see the picture too. */
function stepsOf(saga) {
  const here = ['active', 'stuck'].includes(saga.status) ? saga.step : -1;
  const state = (step, index) => {
    const text = step.state.replace('_', ' ');
    if (index !== here) return text;
    return saga.status === 'stuck' ? `${text}: stuck here` : `${text}: under way`;
  };
  update(byId('steps'),
      head(['step', 'module', 'kind', 'state', 'calls', 'undone by', 'calls to undo', 'messages']),
      element('tbody', {}, ...saga.steps.map((step, index) => element('tr', {},
          cell('step', step.name, 'operation'), cell('module', step.dependency),
          cell('kind', step.kind), cell('state', state(step, index), 'state'),
          cell('calls', calls(step.doing)), cell('undone by', step.undo),
          cell('calls to undo', calls(step.undoing)),
          cell('messages', [step.doing.problem, step.undoing.problem, step.note].filter(Boolean).join(' · '),
              'message')))));
}

function factsOf(saga) {
  const rows = [];
  const add = (name, value) => {
    if (value) rows.push(element('div', {'data-key': name}, element('dt', {}, name), element('dd', {}, value)));
  };
  add('about', saga.subject);
  add('status', `${statusOf(saga)}, ${saga.phase}`);
  add('at', saga.at);
  add('waits for', saga.blocked_on);
  add('attempts', String(saga.attempts));
  add('began', time(saga.began));
  add('deadline', time(saga.deadline));
  add('ended', time(saga.ended));
  add('turned back', saga.turned_back);
  add('problem', saga.problem);
  add('correlation id', saga.correlation_id);
  update(byId('facts'), ...rows);
}

function verbsOf(saga) {
  byId('order').hidden = saga.possible.length === 0;
  update(byId('verbs'), ...saga.possible.map((verb) => {
    const says = kVerbs[verb] ?? verb;
    return element('button', {type: 'submit', value: verb, title: `at ${saga.at}`},
        verb === 'mark' ? `${says} ${saga.at}` : says);
  }));
  byId('verbs').dataset.at = saga.at;
}

async function showOne(id) {
  const {module, saga} = await ask(`${kApi}/${encodeURIComponent(id)}`);
  const {svg} = await ask(`${kApi}/${encodeURIComponent(id)}/picture`);
  byId('title').textContent = `${module}.${saga.name}, version ${saga.version}`;
  factsOf(saga);
  stepsOf(saga);
  // A button that somebody is about to press stays where it is.
  const verbs = [saga.at, ...saga.possible].join();
  if (byId('verbs').dataset.verbs !== verbs) verbsOf(saga);
  byId('verbs').dataset.verbs = verbs;
  if (svg !== shown) {
    const picture = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    byId('picture').replaceChildren(document.importNode(picture, true));
    shown = svg;
  }
  return saga.id;
}

async function refresh() {
  clearTimeout(timer);
  const id = wanted();
  try {
    const text = id ? await showOne(id) : listOf(await ask(kApi));
    document.body.classList.remove('away');
    byId('summary').textContent = text;
    byId('list').hidden = id !== '';
    byId('one').hidden = id === '';
    byId('json').href = id ? `${kApi}/${encodeURIComponent(id)}` : kApi;
  } catch (problem) {
    document.body.classList.add('away');
    byId('summary').textContent = problem instanceof TokenNeeded
        ? 'this page asks who you are: give the token at /_banyan/ first'
        : `no answer: ${problem.message}`;
  }
  timer = setTimeout(refresh, kInterval);
}

byId('order').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (sending) return;  // a double click
  sending = true;
  byId('order-problem').textContent = '';
  const verb = event.submitter.value;
  try {
    await ask(`${kApi}/${encodeURIComponent(wanted())}/${verb}`, {
      who: byId('who').value.trim(),
      why: byId('why').value.trim(),
      // The step that the button names, whatever the saga does meanwhile.
      ...(verb === 'mark' ? {at: byId('verbs').dataset.at} : {}),
    });
    byId('why').value = '';
  } catch (problem) {
    byId('order-problem').textContent = problem.message;
  }
  sending = false;
  await refresh();
});
addEventListener('hashchange', refresh);
refresh();

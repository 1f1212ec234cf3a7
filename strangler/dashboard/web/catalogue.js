// All operations of the application, and the canvas of one module (#orders, #orders/place_order): what
// the process says it is made of. Nothing of it becomes HTML: what comes from there is text.
import {canvas} from '/_banyan/canvas.js';
import {audienceOf, callerName, canvasAt, kindOf, namedBy, operationsOf, placeOf, purposeOf} from '/_banyan/description.js';
import {cell, element, head} from '/_banyan/elements.js';
import {listed} from '/_banyan/figures.js';
import {update} from '/_banyan/morph.js';
import {TokenNeeded, ask} from '/_banyan/session.js';

const kApi = '/_banyan/api/description';
const kInterval = 3000;  // who calls whom changes while the process runs

const byId = (id) => document.getElementById(id);
let description = null;
let timer = 0;

function rowOf({module, operation}) {
  return element('tr', {'data-key': `${module.name}/${operation.name}`},
      element('td', {class: 'operation'}, element('a', {href: canvasAt(module.name, operation.name)}, operation.name),
          element('span', {class: 'about'}, module.name)),
      cell('kind', kindOf(operation)), cell('audience', audienceOf(operation)),
      cell('at', element('code', {}, placeOf(operation))), cell('what it does', operation.summary),
      cell('called by', listed(operation.callers.map(callerName))));
}

const counted = (many, what) => `${many} ${what}${many === 1 ? '' : 's'}`;

/** What the filter lets through, under the name of each module. */
function showList() {
  const name = byId('module').value;
  const found = operationsOf(description, name, byId('word').value);
  const all = operationsOf(description, '', '').length;
  update(byId('module'), element('option', {value: '', 'data-key': ''}, 'all'),
      ...description.modules.map((each) => element('option', {value: each.name, 'data-key': each.name}, each.name)));
  update(byId('modules'), ...description.modules.filter((each) => !name || each.name === name).map((each) =>
      element('li', {'data-key': each.name}, element('a', {href: canvasAt(each.name)}, each.name), ` ${each.version}: ${purposeOf(each)}`)));
  update(byId('operations'), head(['operation', 'kind', 'audience', 'at', 'what it does', 'called by']),
      element('tbody', {}, ...found.map(rowOf)));
  byId('operations').hidden = found.length === 0;
  const text = found.length === all ? counted(all, 'operation') : `${found.length} of ${counted(all, 'operation')}`;
  if (byId('found').textContent !== text) byId('found').textContent = text;
}

function showCanvas(module) {
  update(byId('title'), module.name);
  update(byId('purpose'), purposeOf(module));
  update(byId('canvas'), ...canvas(description, module));
}

/** What the address names, of what is known now. */
function show() {
  const [name] = namedBy(location.hash);
  const module = description.modules.find((each) => each.name === name);
  byId('list').hidden = Boolean(module);
  byId('one').hidden = !module;
  byId('summary').textContent = name && !module ? `there is no module ${name}; these are all`
    : `${description.title} ${description.version}, as it describes itself; callers are those of this process since it began`;
  document.title = `${module ? module.name : 'Operations'} – Banyan`;
  if (module) showCanvas(module); else showList();
}

/** To what somebody went: who listens or types is there, too. Back in the list it is where they had left it. */
function goThere(from = '') {
  const [module, operation] = namedBy(location.hash);
  const left = from && [...byId('list').querySelectorAll('a')].find((each) => each.hash === from);
  const place = byId('one').hidden ? left || byId('list-title') : byId(`${module}/${operation}`) ?? byId('title');
  place.focus({preventScroll: true});
  place.scrollIntoView({block: operation ? 'start' : 'nearest'});
}

function problemText(problem) {
  if (problem instanceof TokenNeeded) return 'this page asks who you are: give the token at /_banyan/ first';
  if (problem.status === 404) return 'this process has no modules of its own, so there is no catalogue; ask the application';
  return description ? `no answer, so this may be old: ${problem.message}` : `no answer: ${problem.message}`;
}

async function refresh() {
  clearTimeout(timer);
  const first = description === null;
  try {
    description = await ask(kApi);
    document.body.classList.remove('away');
    show();
    if (first && location.hash) goThere();
  } catch (problem) {
    document.body.classList.add('away');
    byId('summary').textContent = problemText(problem);
  }
  timer = setTimeout(refresh, kInterval);
}

byId('filters').addEventListener('input', () => description && showList());
byId('filters').addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', ({oldURL}) => {
  if (!description) return;
  show();
  goThere(new URL(oldURL).hash);
});
refresh();

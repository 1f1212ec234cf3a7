// The canvas of a module: what it is for, whom it needs and who needs it, what each of its operations
// wants, promises and refuses, its events and its tables. The same as `banyan map` writes into docs/map,
// of the process that runs.
import {againOf, audienceOf, callerName, callsBetween, canvasAt, eventsBetween, kindOf, ownerOf, placeOf} from '/_banyan/description.js';
import {cell, element, head} from '/_banyan/elements.js';

/** Parts with something between them; "–" for none. */
function joined(parts, nothing = '–') {
  return parts.length === 0 ? [nothing] : parts.flatMap((part, index) => index ? [', ', part] : [part]);
}

const codes = (words, nothing) => joined(words.map((word) => element('code', {}, word)), nothing);
const linkTo = (module) => element('a', {href: canvasAt(module)}, module);

/** "orders (place_order, get_order)". */
function withWords(module, words) {
  return element('span', {}, linkTo(module), ...(words.length > 0 ? [' (', ...codes(words), ')'] : []));
}

function row(name, ...content) {
  return element('div', {'data-key': name}, element('dt', {}, name), element('dd', {}, ...content));
}

function facts(description, module) {
  const find = (name) => description.modules.find((each) => each.name === name);
  const needed = module.needs.map(find).filter(Boolean);
  const needing = description.modules.filter(({needs}) => needs.includes(module.name));
  const followed = description.modules.map((each) => [each.name, eventsBetween(each, module)]).filter(([, events]) => events.length > 0);
  const parties = module.parties.map((party) => party.slice(party.indexOf('.') + 1));
  return element('dl', {class: 'terms'},
      row('port', `version ${module.version}`),
      row('needs', ...joined(needed.map((each) => withWords(each.name, callsBetween(each, module))), 'nobody')),
      row('needed by', ...joined(needing.map((each) => withWords(each.name, callsBetween(module, each))), 'nobody')),
      row('follows events of', ...joined(followed.map(([name, events]) => withWords(name, events)), 'nobody')),
      parties.length > 0 ? row('outside parties', ...codes(parties)) : null,
      row('tables', ...codes(module.tables, 'none that this process knows of')));
}

function callers(operation) {
  const parts = operation.callers.map((caller) => caller === 'pages' ? callerName(caller) : linkTo(caller));
  return joined(parts, 'nobody inside, since this process began');
}

function operationCard(module, operation) {
  const id = `${module.name}/${operation.name}`;
  return element('article', {class: `offer ${kindOf(operation)}`, 'data-key': operation.name, 'aria-labelledby': id},
      element('h4', {id, tabindex: '-1'}, operation.name),
      operation.summary ? element('p', {}, operation.summary) : null,
      element('dl', {class: 'terms'},
          row('kind', `${kindOf(operation)}, ${operation.internal ? 'for other modules only' : audienceOf(operation)}; ${againOf(operation)}`),
          row('at', element('code', {}, placeOf(operation))),
          row('takes', ...codes(operation.fields)), row('answers', ...codes(operation.answer)),
          operation.precondition ? row('before', operation.precondition) : null,
          operation.postcondition ? row('after', operation.postcondition) : null,
          row('refuses by', ...codes(operation.rules)), row('called by', ...callers(operation))));
}

function events(description, module) {
  if (module.events.length === 0) return [element('p', {class: 'hint', 'data-key': 'no events'}, 'It publishes none.')];
  const followers = (event) => description.modules.filter((each) => eventsBetween(module, each).includes(event)).map(({name}) => linkTo(name));
  return [element('table', {'data-key': 'events', 'aria-labelledby': 'events-of'},
      head(['event', 'about', 'carries', 'followed by', 'what has happened']),
      element('tbody', {}, ...module.events.map((event) => element('tr', {'data-key': event.name},
          cell('event', [element('code', {}, event.name), ` v${event.version}`], 'operation'),
          cell('about', event.key ? element('code', {}, event.key) : '–'), cell('carries', codes(event.fields)),
          cell('followed by', joined(followers(event.name), 'nobody')), cell('what has happened', event.summary || '–')))))];
}

function violations(description, module) {
  if (module.violations.length === 0) return [];
  const whose = (table) => ownerOf(description, table);
  return [element('h3', {id: 'violations-of', 'data-key': 'violations title'}, 'Boundaries that are not kept yet'),
    element('table', {'data-key': 'violations', 'aria-labelledby': 'violations-of'}, head(['table', 'whose', 'why it is still so']),
        element('tbody', {}, ...module.violations.map(({table, reason}) => element('tr', {'data-key': table},
            cell('table', element('code', {}, table), 'operation'), cell('whose', whose(table) ? linkTo(whose(table)) : 'nobody’s'),
            cell('why it is still so', reason || '–')))))];
}

/** All of it below its title. */
export function canvas(description, module) {
  return [
    facts(description, module),
    element('h3', {'data-key': 'operations title'}, 'Operations'),
    element('div', {class: 'offers', 'data-key': 'operations'}, ...module.operations.map((each) => operationCard(module, each))),
    element('h3', {id: 'events-of', 'data-key': 'events title'}, 'Events'),
    ...events(description, module), ...violations(description, module),
  ];
}

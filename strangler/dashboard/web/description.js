// What /_banyan/api/description says, in words: the kinds of operations, who calls whom, whose events
// and tables are whose, and which operations a filter lets through.

export const kCatalogue = '/_banyan/catalogue';
const kAgain = {natural: 'a second time changes nothing', by_key: 'once under an idempotency key'};

/** Where the canvas of a module is, or what it says of one operation. */
export function canvasAt(module, operation = '') {
  return `${kCatalogue}#${encodeURIComponent(module)}${operation ? `/${encodeURIComponent(operation)}` : ''}`;
}

/** "#orders/place_order" → ["orders", "place_order"]; "" for what is not named. */
export function namedBy(hash) {
  const [module = '', operation = ''] = hash.replace(/^#/, '').split('/').map(decoded);
  return [module, operation];
}

/** A link that somebody has cut short is one to nothing, and no fault. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const kindOf = (operation) => operation.writes ? 'command' : 'query';
export const audienceOf = (operation) => operation.internal ? 'internal' : 'public';
export const againOf = (operation) => kAgain[operation.repeated] ?? 'happens each time';
export const placeOf = (operation) => `${operation.method} ${operation.path}`;
export const purposeOf = (module) => module.purpose || module.summary;
/** The caller as the process counts it. */
export const callerName = (caller) => caller === 'pages' ? 'the application’s own pages' : caller;

/** The operations of `called` that `caller` has called so far. */
export function callsBetween(called, caller) {
  return called.operations.filter(({callers}) => callers.includes(caller.name)).map(({name}) => name);
}

/** The events of `publisher` that `follower` follows, by their own names. */
export function eventsBetween(publisher, follower) {
  const prefix = `${publisher.name}.`;
  return follower.follows.filter((event) => event.startsWith(prefix)).map((event) => event.slice(prefix.length));
}

/** Who owns a table; "" when it is nobody's. */
export function ownerOf(description, table) {
  return description.modules.find(({tables}) => tables.includes(table))?.name ?? '';
}

/** Whether all of `words` stand somewhere in what is said of the operation. */
function says(module, operation, words) {
  const text = [module.name, operation.name, operation.summary, kindOf(operation), audienceOf(operation), placeOf(operation),
    operation.precondition, operation.postcondition, ...operation.rules, ...operation.fields, ...operation.answer,
    ...operation.callers.map(callerName)].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** [{module, operation}] of one module or, with "", of all, where all words of `text` stand. */
export function operationsOf(description, name, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return description.modules.filter((module) => !name || module.name === name).flatMap((module) =>
      module.operations.filter((operation) => says(module, operation, words)).map((operation) => ({module, operation})));
}

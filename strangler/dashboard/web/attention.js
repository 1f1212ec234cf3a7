// What an operator should look at now, in sentences: the first thing on the wall.
import {trouble} from '/_banyan/arrows.js';
import {age, duration, share} from '/_banyan/figures.js';

const kWords = {duration, share, age};

/** [{key, text, href}], the worst first; empty when all is well as far as this page sees. */
export function attention({live, arrows, status, plans, sagas, events, placements}) {
  const found = [];
  const add = (key, text, href = null) => found.push({key, text, href});
  for (const each of placements?.modules ?? []) {
    if (each.waiting) add(`waits ${each.module}`, `Calls of ${each.module} wait for its tables: banyan schema move ${each.module} completes the move.`, `#module-${each.module}`);
  }
  for (const group of live.upstreams ?? []) {
    const ill = group.instances.filter(({state}) => state !== 'healthy');
    if (ill.length > 0) add(`upstream ${group.name}`, `${group.name}: ${ill.length} of ${group.instances.length} instances ${ill.length === 1 ? 'is' : 'are'} ${ill[0].state.replaceAll('_', ' ')}.`, '#upstreams-title');
  }
  for (const each of status?.rollouts ?? []) {
    if (each.illegal) add(`illegal ${each.module}`, `${each.module} may not stay as it is: ${each.illegal}`, `#module-${each.module}`);
  }
  for (const plan of plans?.plans ?? []) {
    if (/needs/i.test(plan.state)) add(`plan ${plan.module}`, `The plan of ${plan.module} needs a person: ${plan.reason}`, `#module-${plan.module}`);
    if (/rolled/i.test(plan.state)) add(`plan ${plan.module}`, `The plan of ${plan.module} was rolled back: ${plan.reason}`, `#module-${plan.module}`);
  }
  for (const arrow of arrows) {
    const wrong = trouble(arrow, kWords);
    if (!wrong) continue;
    const from = arrow.from === '' ? 'Requests' : arrow.kind === 'event' ? `Events of ${arrow.from}` : `Calls by ${arrow.from === 'pages' ? 'the pages' : arrow.from}`;
    const to = arrow.to.endsWith("'") ? `the new side of ${arrow.to.slice(0, -1)}` : arrow.to;
    add(`arrow ${arrow.from}>${arrow.to}>${arrow.kind}`, `${from} to ${to}: ${wrong}.`, '#map-title');
  }
  const stuck = (sagas?.modules ?? []).flatMap((each) => each.sagas.filter((saga) => saga.status === 'stuck'));
  if (stuck.length > 0) add('sagas', `${stuck.length} ${stuck.length === 1 ? 'saga is' : 'sagas are'} stuck.`, '/_banyan/sagas');
  const overdue = (sagas?.modules ?? []).flatMap((each) => each.sagas.filter((saga) => saga.overdue && saga.status !== 'stuck'));
  if (overdue.length > 0) add('overdue sagas', `${overdue.length} ${overdue.length === 1 ? 'saga is' : 'sagas are'} overdue: not over, and past the deadline.`, '/_banyan/sagas');
  return found;
}

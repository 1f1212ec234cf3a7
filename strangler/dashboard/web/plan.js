// A plan that moves a rollout by itself: its steps, where it is, and what it waits for.
import {age} from '/_banyan/figures.js';
import {cell, element, head} from '/_banyan/elements.js';

const kMarks = {done: '●', now: '◉', next: '○'};
const kStates = {ready: 'not started', running: 'runs', paused: 'paused', completed: 'completed',
  rolled_back: 'rolled back', aborted: 'aborted', needs_person: 'needs a person'};

const words = (state) => kStates[String(state).replaceAll(' ', '_').toLowerCase()] ?? String(state);

function stepState(plan, index) {
  const over = /complet/i.test(plan.state);
  if (over || index < plan.step) return 'done';
  return index === plan.step && !/rolled|abort|ready/i.test(plan.state) ? 'now' : 'next';
}

const stepName = (step) => step.writes === 'remote' ? 'writes'
  : `${step.percent}${String(step.percent).endsWith('%') ? '' : ' %'}`;

function steps(plan) {
  const what = {done: 'done', now: 'now', next: 'to come'};
  return element('ol', {class: 'steps', 'aria-label': 'steps of the plan'}, ...plan.steps.map((step, index) => {
    const state = stepState(plan, index);
    return element('li', {class: state, 'aria-current': state === 'now' ? 'step' : null,
      title: `at least ${age(step.dwell_seconds)} and ${step.samples} samples`},
        element('span', {'aria-hidden': 'true'}, kMarks[state]), ` ${stepName(step)}`,
        element('span', {class: 'only-heard'}, `, ${what[state]}`));
  }));
}

/** The verdicts may come as a list, or as the object that strangler/verdict writes. */
function operationsOf(plan) {
  const verdicts = plan.verdicts ?? [];
  return Array.isArray(verdicts) ? verdicts : verdicts.operations ?? [];
}

const isBad = (judgement) => /worse/i.test(judgement ?? '');
const tally = (part) => part ? `${part.hits} of ${part.of}` : '';

function findings(verdict) {
  const found = (verdict.findings ?? []).map((each) => `${String(each.measure).replaceAll('_', ' ')}: ` +
      `${String(each.judgement).replaceAll('_', ' ')}, new ${tally(each.new_side)}, old ${tally(each.reference)}`);
  return found.length > 0 ? `in the last minute ${found.join('; ')}` : '';
}

function verdictTable(plan) {
  const rows = operationsOf(plan);
  if (rows.length === 0) return null;
  return element('details', {class: 'verdicts', 'data-key': 'verdicts'},
      element('summary', {}, `What it has found about ${rows.length} ${rows.length === 1 ? 'operation' : 'operations'}`),
      element('table', {}, head(['operation', 'judgement', 'samples', 'failed new', 'failed old (all)', 'why']), element('tbody', {}, ...rows.map((each) =>
          element('tr', {'data-key': each.operation}, cell('operation', element('code', {}, each.operation), 'operation'),
              cell('judgement', String(each.judgement).replaceAll('_', ' '), isBad(each.judgement) ? 'bad' : ''),
              cell('samples', String(each.samples ?? ''), 'number'),
              cell('failed new', tally(each.failed?.new_side), 'number'), cell('failed old (all)', tally(each.failed?.old_side), 'number'),
              cell('why', [each.reason, findings(each)].filter(Boolean).join(' · '), 'message'))))));
}

export function planState(plan) {
  return words(plan.state);
}

export function planView(plan) {
  const bad = /rolled|needs/i.test(plan.state);
  return element('section', {class: 'plan', 'data-key': 'plan', 'aria-label': 'plan'},
      element('p', {class: 'line'}, element('strong', {}, 'Plan '),
          element('span', {class: bad ? 'bad' : null}, words(plan.state)), steps(plan)),
      plan.reason ? element('p', {class: 'quiet reason'}, plan.reason) : null,
      verdictTable(plan));
}


// Asks who and why, and orders a change. What is refused is said where it was asked for, with what is
// possible instead; the dialog stays, and so does what was typed.
import {ask, keepWho, knownWho} from '/_banyan/session.js';
import {element} from '/_banyan/elements.js';
import {update} from '/_banyan/morph.js';

const kVerbs = {
  next: {title: 'One step on', does: 'Next step', command: 'next'},
  back: {title: 'One step back', does: 'Step back', command: 'back'},
  shift: {title: 'Shift the traffic', does: 'Shift', command: 'shift', asksWhere: true},
  shadow: {title: 'Ask the new side too', does: 'Shadow', command: 'shadow',
    hint: (module, {copies}) => `${copies ? `${copies.replace(/\s*%/, ' %')} of the reads` : 'A share of the reads'} are asked of the new side ` +
      `as well, when their users have had their answers, and both answers are compared. How many, [rollouts.${module}.shadow] says.`},
  rollback: {title: 'Roll back', does: 'Roll back', command: 'shift', api: 'shift', order: {percent: '0%', writes: 'local'},
    hint: 'All reads and writes go to the old side again, at once.'},
  start: {title: 'Start a plan', does: 'Start', command: 'plan', api: 'plan', order: {action: 'start'},
    hint: 'Traffic moves step by step, as the configuration says, as long as the new side is as good as the old one; back when it is worse.'},
  pause: {title: 'Pause the plan', does: 'Pause', command: 'plan', api: 'plan', order: {action: 'pause'},
    hint: 'It stays where it is, and still goes back when the new side is worse.'},
  resume: {title: 'Resume the plan', does: 'Resume', command: 'plan', api: 'plan', order: {action: 'resume'}, hint: 'It goes on when it may.'},
};

/** Before the deed: what the new side has written may be nowhere else. */
export function leftBehind(verb, stage, data) {
  const bringsHome = ['back', 'shift', 'rollback'].includes(verb);
  if (!bringsHome || data !== 'unknown' || stage.writes !== 'remote' || stage.name === 'retired' && verb === 'back') return '';
  return ' Once its writes come home, what was written to the new side may be missing on the old one: nobody has said that both ' +
    'work on the same data.';
}

/** "… Legal now: legacy, canary." is the sentence, and what is possible. */
export function refusalOf(message) {
  const [sentence, legal] = message.split(/\s*(?:Legal|Possible) now:\s*/);
  return {sentence, legal: legal ? legal.replace(/\.$/, '').split(/[,;]\s*/) : []};
}

/** The words of an order that a refusal can be passed over by, as it names them; each its own box. */
const kWords = ['force', 'despite_differences'];
export function wordsPast({rule, details = []}) {
  if (!['banyan.new_side_unhealthy', 'banyan.answers_differ'].includes(rule)) return [];
  return kWords.filter((word) => details.some(({where}) => where === `/${word}`));
}

/** `done(module, what)` is told about a change that was made. */
export class ChangeDialog {
  #dialog;
  #done;
  #module = '';
  #verb = '';
  #sending = false;
  #revision;

  constructor(dialog, done) {
    this.#dialog = dialog;
    this.#done = done;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#form.addEventListener('input', () => this.#showCommand());
    this.#at('cancel').addEventListener('click', () => dialog.close());
  }

  get #form() { return this.#dialog.querySelector('form'); }
  #at(name) { return this.#dialog.querySelector(`[data-at=${name}]`); }

  /** `stage` is how the module stands now, by that revision: what somebody has changed meanwhile is
   * not changed once more by who has not seen it. `data` is where the tables are, as far as known. */
  open(module, verb, stage, revision, data) {
    this.#revision = revision;
    const {title, does, asksWhere, hint} = kVerbs[verb];
    this.#module = module;
    this.#verb = verb;
    this.#at('title').textContent = `${title}: ${module}`;
    this.#at('hint').textContent =
      ((typeof hint === 'function' ? hint(module, stage) : hint ?? '') + leftBehind(verb, stage, data)).trim();
    this.#at('do').textContent = does;
    this.#at('where').hidden = !asksWhere;
    this.#form.reset();
    this.#form.elements.percent.required = Boolean(asksWhere);
    this.#form.elements.percent.value = stage.reads.replace(/\s*%/, '');
    this.#form.elements.writes.value = stage.writes;
    this.#form.elements.who.value = knownWho();
    for (const word of kWords) this.#at(word).hidden = true;
    update(this.#at('refusal'));
    this.#showCommand();
    this.#dialog.showModal();
    const first = asksWhere ? 'percent' : this.#form.elements.who.value ? 'why' : 'who';
    this.#form.elements[first].focus();
  }

  /** The revision that somebody saw who decides; a plan has none, and the way back is right from any. */
  get #stepsFrom() {
    return kVerbs[this.#verb].api === 'plan' || this.#verb === 'rollback' ? undefined : this.#revision;
  }

  #order() {
    const {percent, writes, who, why} = this.#form.elements;
    const said = kWords.filter((word) => this.#form.elements[word].checked && !this.#at(word).hidden);
    const verb = kVerbs[this.#verb];
    return {...(verb.asksWhere ? {percent: `${percent.value.trim().replace(/\s*%$/, '')}%`, writes: writes.value} : verb.order ?? {}),
      ...(this.#stepsFrom === undefined ? {} : {from_revision: this.#stepsFrom}),
      who: who.value.trim(), why: why.value.trim(), ...Object.fromEntries(said.map((word) => [word, true]))};
  }

  /** The same for a terminal, to learn it and to write it down. */
  #showCommand() {
    const {percent, writes, action, who, why, ...order} = this.#order();
    const said = kWords.filter((word) => order[word]).map((word) => `--${word.replaceAll('_', '-')}`);
    const quoted = (text) => `"${text.replace(/["\\$`]/g, '\\$&')}"`;
    this.#at('command').textContent = ['banyan', kVerbs[this.#verb].command, this.#module, action ?? '', percent ?? '',
      writes ? `--writes ${writes === 'remote' ? 'new' : 'old'}` : '', ...said, `--url ${location.origin}`, who ? `--who ${quoted(who)}` : '',
      `--why ${quoted(why || '…')}`].filter(Boolean).join(' ');
  }

  async #send() {
    if (this.#sending) return;  // a double click
    this.#sending = true;
    const order = this.#order();
    const verb = kVerbs[this.#verb].api ?? this.#verb;
    update(this.#at('refusal'));
    try {
      const said = await ask(`/_banyan/api/rollouts/${encodeURIComponent(this.#module)}/${verb}`, order);
      keepWho(order.who);
      this.#dialog.close();
      this.#done(this.#module, said);
    } catch (problem) {
      this.#refused(problem);
    }
    this.#sending = false;
  }

  #refused(problem) {
    const {sentence, legal} = refusalOf(problem.message);
    update(this.#at('refusal'), element('p', {class: 'bad plain'}, sentence),
        legal.length === 0 ? null : element('p', {}, 'Possible now: ', ...legal.flatMap((each, index) =>
            [index ? ', ' : '', element('strong', {}, each)]), '.'));
    // Who has read that, and asks again, means it as it is now.
    if (problem.rule === 'banyan.stale_revision') this.#revision = undefined;
    // It may be known better here than by whoever was asked.
    for (const word of wordsPast(problem)) this.#at(word).hidden = false;
  }
}

// Asks both sides once more what an example had asked, by somebody who knows what is hidden of it. What
// is typed is in this dialog until it closes, and then nowhere: in no storage, no address, and no
// password manager, for which the fields are plain texts.
import {ask, keepWho, knownWho} from '/_banyan/session.js';
import {element} from '/_banyan/elements.js';
import {listed} from '/_banyan/figures.js';
import {update} from '/_banyan/morph.js';

/** As a refusal names it: the place in what is posted (RFC 6901). */
const headerAt = (name) => `/headers/${name.replaceAll('~', '~0')}`;
const code = (text) => element('code', {}, text);

/** What has to be said: `at` in what is posted, as who asks knows it, and why it is not there. */
function hiddenOf({needs, fields = {}}) {
  return [
    ...(needs.parts ?? []).map(({name, form: kept}, index) => ({at: `/parts/${index}`, label: name, masked: true,
      hint: ['Kept as ', code(kept), '. Say it as it was sent, a blank as %20.']})),
    ...(needs.headers ?? []).map((name) => name in fields
      ? {at: headerAt(name), label: `field ${name}`, masked: true, hint: ['Kept as ', code(fields[name]), '.']}
      : {at: headerAt(name), label: `field ${name}`, secret: true, hint: ['A credential. Any session or token of the same user does.']}),
    ...(needs.body ? [{at: '/body', label: 'body', masked: true, long: true, hint: ['Say all of it, as it was sent.']}] : []),
  ];
}

/** What may be said besides: it was there, and the answer may depend on it. */
function besidesOf({needs}) {
  return (needs.may_add ?? []).map((name) => ({at: headerAt(name), label: `field ${name}`, optional: true}));
}

/** What is hidden and why, in words. */
function reasons(example, hidden) {
  const said = hidden.length > 0 ? [`Hidden of this request: ${listed(hidden.map(({label}) => label))}.`]
    : ['This request is kept as it was asked. What its answer may depend on besides can be said below.'];
  if (hidden.some(({masked}) => masked)) {
    said.push('Of what may be personal data only the form is kept: a for a small letter, A for a capital one, 9 for a digit.');
  }
  if (hidden.some(({secret}) => secret)) said.push('Credentials are never kept.');
  if (hidden.length > 0 && example.correlation_id) {
    said.push(`What was asked stands in the access log, if one is written, under ${example.correlation_id}.`);
  }
  said.push('What you say goes to both sides for this once and is kept nowhere. The log has who asked, why, and the names of what was said.');
  return said.join(' ');
}

/** The same for a terminal. What is typed here is not in it: it would stand in the shell's history. */
function commandOf(name, needs) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  return ['banyan replay', name, needs.target ? `--target ${quoted(needs.target)}` : '',
    ...(needs.headers ?? []).map((field) => `--header ${quoted(`${field}: …`)}`), needs.body ? '--body FILE' : '',
    `--url ${location.origin}`].filter(Boolean).join(' ');
}

function fieldFor({at, label, hint, secret, long, optional}, index) {
  const id = `again-${index}`;
  const attributes = {id, 'data-place': at, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: !optional,
    class: secret ? 'secret' : null, 'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-problem`};
  return element('div', {class: 'hidden-part'}, element('label', {for: id}, label),
      hint ? element('p', {class: 'hint', id: `${id}-hint`}, ...hint) : null,
      long ? element('textarea', {...attributes, rows: '4'}) : element('input', {...attributes, type: 'text'}),
      element('p', {class: 'bad', id: `${id}-problem`}));
}

/** `done(name, answer)` is told what the two sides have answered, and `failed(name, why)` of one that
 * was given up while they were asked. */
export class ReplayDialog {
  #dialog;
  #done;
  #failed;
  #asked = {};  // name, and whether it is on its way

  constructor(dialog, done, failed) {
    this.#dialog = dialog;
    this.#done = done;
    this.#failed = failed;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#at('cancel').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      if (!dialog.open) this.#forget();
    });
  }

  get #form() { return this.#dialog.querySelector('form'); }
  #at(name) { return this.#dialog.querySelector(`[data-at=${name}]`); }
  get #fields() { return [...this.#dialog.querySelectorAll('[data-place]')]; }

  /** `example` is as the differences have it. */
  open(name, example) {
    const hidden = hiddenOf(example);
    const besides = besidesOf(example);
    this.#forget();
    this.#asked = {name, sending: false};
    this.#at('title').textContent = `Ask both again: ${name}`;
    this.#at('request').textContent = example.request;
    this.#at('hint').textContent = reasons(example, hidden);
    this.#at('hidden').append(...hidden.map(fieldFor));
    this.#at('besides').append(...besides.map((each, index) => fieldFor(each, hidden.length + index)));
    this.#at('more').hidden = besides.length === 0;
    this.#at('more').open = hidden.length === 0;
    this.#form.elements.who.value = knownWho();
    this.#at('command').textContent = commandOf(name, example.needs);
    this.#dialog.showModal();
    this.#fields[0]?.focus();
  }

  /** All that was typed. */
  #forget() {
    this.#form.reset();
    this.#at('hidden').replaceChildren();
    this.#at('besides').replaceChildren();
    update(this.#at('refusal'));
  }

  #order() {
    const order = {example: this.#asked.name, parts: [], headers: {}};
    for (const field of this.#fields) {
      const [, member, name] = field.dataset.place.split('/');
      if (member === 'parts') order.parts.push(field.value.trim());
      if (member === 'headers' && field.value.trim()) order.headers[name.replaceAll('~0', '~')] = field.value.trim();
      if (member === 'body' && field.value) order.body = field.value;
    }
    for (const name of ['who', 'why']) {
      const text = this.#form.elements[name].value.trim();
      if (text) order[name] = text;
    }
    return order;
  }

  async #send() {
    const asked = this.#asked;
    if (asked.sending) return;  // a double click
    asked.sending = true;
    const order = this.#order();
    const isHere = () => this.#asked === asked && this.#dialog.open;
    this.#mark([]);
    update(this.#at('refusal'), element('p', {}, 'Asking both sides…'));
    try {
      const answer = await ask('/_banyan/api/differences/replay', order);
      if (order.who) keepWho(order.who);
      if (isHere()) this.#dialog.close();
      this.#done(asked.name, answer);
    } catch (problem) {
      if (isHere()) this.#refused(problem); else this.#failed(asked.name, problem.message);
    }
    asked.sending = false;
  }

  /** Beside each field what is wrong with it; the rest, and where to look, is said once. */
  #refused({message, details = []}) {
    const wrong = this.#mark(details);
    const places = wrong.map((field) => field.dataset.place);
    const rest = details.filter(({where}) => !places.includes(where)).map(({problem}) => problem);
    update(this.#at('refusal'), element('p', {class: 'bad plain'}, wrong.length === 0 ? message
      : [`Nobody was asked yet. Look at ${listed(wrong.map((field) => field.labels[0].textContent))}.`, ...rest].join(' ')));
    if (wrong.length === 0) return;
    const more = wrong[0].closest('details');
    if (more) more.open = true;
    wrong[0].focus();
  }

  /** The fields that the details are about. */
  #mark(details) {
    return this.#fields.filter((field) => {
      const problems = details.filter(({where}) => where === field.dataset.place).map(({problem}) => problem);
      this.#dialog.querySelector(`#${field.id}-problem`).textContent = problems.join('; ');
      if (problems.length > 0) field.setAttribute('aria-invalid', 'true'); else field.removeAttribute('aria-invalid');
      return problems.length > 0;
    });
  }
}

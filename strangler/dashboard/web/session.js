// Asks the operators' API, with the token where one is needed: where others than this machine can
// call it. The token stays in this tab until it is closed.

const kKey = 'banyan-token';
const kWho = 'banyan-who';

/** The API wants a token, or another one than it got. */
export class TokenNeeded extends Error {
  constructor(refused) {
    super(refused ? 'the token was refused' : 'a token is needed');
    this.refused = refused;
  }
}

/** What the API says no with: `status`, `rule`, the sentence, and in `details` each place that is wrong. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `status ${status}`);
    this.status = status;
    this.rule = problem.rule ?? '';
    this.details = problem.details ?? [];
  }
}

/** What the token may be made of (RFC 6750, and no blanks that came with the clipboard). */
export function isToken(text) {
  return /^[\x21-\x7e]+$/.test(text);
}

export function keepToken(token) {
  sessionStorage.setItem(kKey, token);
}

/** Who orders something here: asked once in a tab. */
export function knownWho() {
  return sessionStorage.getItem(kWho) ?? '';
}

export function keepWho(name) {
  sessionStorage.setItem(kWho, name);
}

/** The answer at a path of this origin. Throws TokenNeeded or Refused. */
export async function open(path, {order = null, signal} = {}) {
  const token = sessionStorage.getItem(kKey);
  const headers = token ? {Authorization: `Bearer ${token}`} : {};
  const request = {cache: 'no-store', credentials: 'same-origin', headers, signal};
  if (order !== null) {
    Object.assign(request, {method: 'POST', body: JSON.stringify(order)});
    headers['Content-Type'] = 'application/json';
  }
  const answer = await fetch(path, request);
  if (answer.status === 401) {
    sessionStorage.removeItem(kKey);
    throw new TokenNeeded(token !== null);
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

/** The JSON document at a path of this origin, or what it answers to `order`. */
export async function ask(path, order = null) {
  return (await open(path, {order})).json();
}

// Asks the operators' API, with the token where one is needed: where others than this machine can
// call it. The token stays in this tab until it is closed.

const kKey = 'banyan-token';

/** The API wants a token, or another one than it got. */
export class TokenNeeded extends Error {
  constructor(refused) {
    super(refused ? 'the token was refused' : 'a token is needed');
    this.refused = refused;
  }
}

/** What the token may be made of (RFC 6750, and no blanks that came with the clipboard). */
export function isToken(text) {
  return /^[\x21-\x7e]+$/.test(text);
}

export function keepToken(token) {
  sessionStorage.setItem(kKey, token);
}

/**
 * The JSON document at a path of this origin, or what it answers to `order`. Throws TokenNeeded, or
 * an Error with what is wrong.
 */
export async function ask(path, order = null) {
  const token = sessionStorage.getItem(kKey);
  const headers = token ? {Authorization: `Bearer ${token}`} : {};
  const request = {cache: 'no-store', credentials: 'same-origin', headers};
  if (order !== null) {
    Object.assign(request, {method: 'POST', body: JSON.stringify(order)});
    headers['Content-Type'] = 'application/json';
  }
  const answer = await fetch(path, request);
  if (answer.status === 401) {
    sessionStorage.removeItem(kKey);
    throw new TokenNeeded(token !== null);
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail ?? `status ${answer.status}`);
  }
  return answer.json();
}

// Tells those who listen what matters, politely: never two things at once, never the same twice, and
// no more than one sentence in a few seconds. Figures are not announced.

const kPause = 4000;
const kMost = 4;  // that wait; older ones are no news any more

export class Announcer {
  #place;
  #waiting = [];
  #last = '';
  #timer = 0;

  /** `place` is an element with aria-live="polite". */
  constructor(place) {
    this.#place = place;
  }

  say(text) {
    if (text === this.#last || this.#waiting.includes(text)) return;
    this.#waiting.push(text);
    if (this.#waiting.length > kMost) this.#waiting.shift();
    if (this.#timer === 0) this.#next();
  }

  #next() {
    const text = this.#waiting.shift();
    this.#timer = text === undefined ? 0 : setTimeout(() => this.#next(), kPause);
    if (text !== undefined) this.#place.textContent = this.#last = text;
  }
}

// Keeps the page's documents fresh: by the stream of server-sent events, and where there is none, by
// asking. Says how fresh they are.
import {EventStream} from '/_banyan/event_stream.js';
import {Refused, TokenNeeded, ask, open} from '/_banyan/session.js';

const kApi = '/_banyan/api/';
const kLive = 1000;            // how often is asked where there is no stream, in ms
const kOthers = 3000;
const kSilence = 5000;         // a stream that says nothing for so long is dead
const kFirstPause = 500;       // before a stream that broke off is opened again; doubles
const kLongestPause = 8000;
const kWithoutStream = 15_000; // before one is tried again that was refused
const kNames = ['status', 'plans', 'sagas', 'events', 'work', 'placements', 'differences'];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Feed {
  #onDocument;
  #onState;
  #missing = new Set();
  #known = new Set();
  #asked = new Map();  // name → when
  #pause = kFirstPause;
  #noStreamUntil = 0;

  /**
   * `onDocument(name, document)`: it has changed. `onState(state, why)`: "streaming", "asking",
   * "away" with why; called again and again.
   */
  constructor(onDocument, onState) {
    this.#onDocument = onDocument;
    this.#onState = onState;
  }

  /** Until a token is needed: then it throws TokenNeeded, and can be run again. */
  async run() {
    for (;;) {
      if (Date.now() >= this.#noStreamUntil) await this.#stream();
      if (Date.now() < this.#noStreamUntil) await this.#round();
    }
  }

  /** Asks now for those of these that the process has, because something has been changed. */
  async refresh(...names) {
    await Promise.all(names.filter((name) => this.#known.has(name)).map((name) => this.#ask(name)));
  }

  #give(name, document) {
    this.#known.add(name);
    this.#onDocument(name, document);
  }

  async #stream() {
    const quit = new AbortController();
    let watchdog = setTimeout(() => quit.abort(), kSilence);
    try {
      const answer = await open(`${kApi}stream`, {signal: quit.signal});
      const events = new EventStream();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const {value, done} = await reader.read();
        if (done) throw new Error('the stream has ended');
        clearTimeout(watchdog);
        watchdog = setTimeout(() => quit.abort(), kSilence);
        for (const event of events.take(value)) this.#take(event);
        this.#onState('streaming');
      }
    } catch (problem) {
      if (problem instanceof TokenNeeded) throw problem;
      // It may be the end of a process whose successor is there: ask, and try a stream again soon.
      this.#noStreamUntil = Date.now() + (problem instanceof Refused ? kWithoutStream : this.#pause);
      this.#pause = Math.min(2 * this.#pause, kLongestPause);
    } finally {
      clearTimeout(watchdog);
      quit.abort();
    }
  }

  #take({name, text}) {
    if (name === 'end') throw new Error('the process ends');
    this.#pause = kFirstPause;
    if (name !== 'hello') this.#give(name, JSON.parse(text));
  }

  async #round() {
    const begun = Date.now();
    try {
      this.#give('live', await ask(`${kApi}live`));
      this.#onState('asking');
      for (const name of kNames) {
        if (begun - (this.#asked.get(name) ?? 0) >= kOthers) await this.#ask(name);
      }
    } catch (problem) {
      if (problem instanceof TokenNeeded) throw problem;
      this.#onState('away', problem.message);
    }
    await wait(Math.max(0, kLive - (Date.now() - begun)));
  }

  /** What is not there is not asked for again. */
  async #ask(name) {
    if (this.#missing.has(name)) return;
    this.#asked.set(name, Date.now());
    try {
      this.#give(name, await ask(kApi + name));
    } catch (problem) {
      if (problem instanceof TokenNeeded) throw problem;
      if (problem.status === 404) this.#missing.add(name);
    }
  }
}

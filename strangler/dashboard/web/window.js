// Remembers what was read, so that figures can be told for the last seconds and the last minute,
// and when something last happened.

const kLong = 60_000;
const kShort = 10_000;

export class Window {
  #readings = [];  // oldest first
  #seen = new Map();

  /** Adds what was read at `now`, in milliseconds; a process that was restarted begins anew. */
  add(live, now) {
    const last = this.#readings.at(-1);
    if (last && (last.live.process !== live.process ||
                 last.live.uptime_seconds > live.uptime_seconds)) {
      this.clear();
    }
    this.#note(live, last?.live, now);
    this.#readings.push({live, now});
    while (this.#readings.length > 2 && now - this.#readings[1].now >= kLong) this.#readings.shift();
  }

  clear() {
    this.#readings = [];
    this.#seen.clear();
  }

  /** What a module was a minute ago, ten seconds ago and at the last look, and how long ago. */
  since(name) {
    const newest = this.#readings.at(-1);
    const at = (reading) => reading && reading !== newest
        ? {module: reading.live.modules.find((each) => each.name === name),
           seconds: (newest.now - reading.now) / 1000}
        : {module: undefined, seconds: Math.max(newest.live.uptime_seconds, 1)};
    return {
      minute: at(this.#readings[0]),
      moment: at(this.#readings.findLast((each) => newest.now - each.now >= kShort) ??
                 this.#readings[0]),
      look: at(this.#readings.at(-2)),
    };
  }

  /** When the operation was last asked for, in milliseconds; undefined: not while this page looked. */
  lastEvent(module, operation) {
    return this.#seen.get(`${module}/${operation}`);
  }

  #note(live, before, now) {
    for (const module of live.modules) {
      const earlier = before?.modules.find((each) => each.name === module.name);
      for (const operation of module.operations) {
        const key = `${module.name}/${operation.name}`;
        const old = earlier?.operations.find((each) => each.name === operation.name);
        const rows = [...operation.requests, ...operation.calls];
        const more = old && total(rows) > total([...old.requests, ...old.calls]);
        // Where the process says itself when it was, that is better.
        const told = rows.map((row) => row.last_seconds_ago).filter((ago) => ago !== undefined);
        if (told.length > 0) {
          this.#seen.set(key, now - 1000 * Math.min(...told));
        } else if (more) {
          this.#seen.set(key, now);
        }
      }
    }
  }
}

function total(rows) {
  return rows.reduce((all, row) => all + row.count, 0);
}

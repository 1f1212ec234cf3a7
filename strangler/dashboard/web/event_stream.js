// Reads server-sent events from the pieces in which they come. (EventSource would do it, but cannot
// send a token.)

export class EventStream {
  #rest = '';

  /** The events that are whole now: [{name, text}]. Comments are none. */
  take(piece) {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop();
    return blocks.map(eventOf).filter((event) => event.text !== null);
  }
}

function eventOf(block) {
  let name = 'message';
  const lines = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (line.startsWith('event:')) name = value;
    if (line.startsWith('data:')) lines.push(value);
  }
  return {name, text: lines.length > 0 ? lines.join('\n') : null};
}

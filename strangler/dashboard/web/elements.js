// Makes what the page is built from. Nothing is ever put into the page as HTML: what comes from the
// server is text.

export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((each) => each !== null && each !== undefined && each !== ''));
  return node;
}

/** A cell that knows what its column is called: on a phone there are no columns. */
export function cell(label, text, name = '') {
  return element('td', {class: name || null, 'data-label': label}, text);
}

export function head(labels) {
  return element('thead', {}, element('tr', {}, ...labels.map((text) =>
      element('th', {scope: 'col', class: kNumbers.has(text) ? 'number' : null, 'data-label': text}, text))));
}

const kNumbers = new Set(['requests', 'per second', 'p50', 'p99', 'errors', 'failures', 'under way', 'waiting', 'pairs',
  'same', 'noise', 'differing', 'attempts', 'took', 'samples', 'failed new', 'failed old (all)', 'last', 'units', 'lag', 'hindered']);

export function sparkline(values, length) {
  const most = Math.max(1, ...values);
  return drawing('svg', {viewBox: `0 0 ${length} 20`, class: 'spark', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      drawing('polyline', {points: values.map((value, index) =>
          `${length - values.length + index},${(19 - 18 * value / most).toFixed(1)}`).join(' ')}));
}

/** "2026-11-29T20:13:54.000000Z" → "20:13:54" today, else with its day; a machine reads all of it. */
export function time(text) {
  if (!text) return '';
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const clock = at.toTimeString().slice(0, 8);
  return element('time', {datetime: text, title: text}, today ? clock : `${at.toLocaleDateString()} ${clock}`);
}

// Makes what the page is built from. Nothing is ever put into the page as HTML: what comes from the
// server is text.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A cell that knows what its column is called: on a phone there are no columns. */
export function cell(label, text, name = '') {
  return element('td', {class: name, 'data-label': label}, text);
}

export function head(labels) {
  return element('thead', {}, element('tr', {}, ...labels.map((text) =>
      element('th', {scope: 'col'}, text))));
}

export function sparkline(values, length) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', `0 0 ${length} 20`);
  svg.setAttribute('class', 'spark');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `requests per second, last ${length} seconds`);
  const most = Math.max(1, ...values);
  const line = document.createElementNS(space, 'polyline');
  line.setAttribute('points', values.map((value, index) =>
      `${length - values.length + index},${19 - 18 * value / most}`).join(' '));
  svg.append(line);
  return svg;
}

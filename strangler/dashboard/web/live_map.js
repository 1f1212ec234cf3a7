// Draws the map of modules with its arrows, and the same as a list: for those who cannot see the
// picture, and on a phone, where there is no room for it.
import {age, duration, listed, rate, share} from '/_banyan/figures.js';
import {drawing, element} from '/_banyan/elements.js';
import {trouble} from '/_banyan/arrows.js';
import {boxesOf, layoutOf, shapeOf} from '/_banyan/map_layout.js';

const kWords = {duration, share, age};
const kRuns = {in_process: 'in this process', rehearsal: 'rehearsed: here, over the wire', routed: 'here and in its service',
  remote: 'in its own service'};
let shape = '';
let layout = null;

/** The picture; its layout is kept as long as what stands on it. */
export function picture(live, arrows) {
  const boxes = boxesOf(live);
  const now = shapeOf(boxes, arrows);
  if (now !== shape) layout = layoutOf(boxes, arrows);
  shape = now;
  const {width, height, frame} = layout;
  const byKey = new Map(arrows.map((arrow) => [keyOf(arrow), arrow]));
  const lines = layout.lines.map((line) => ({...line, arrow: byKey.get(keyOf(line.arrow)) ?? line.arrow}));
  const svg = drawing('svg', {viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`, class: 'live-map', 'aria-hidden': 'true', 'data-key': now},
      heads(), frame ? frameOf(live, frame) : null,
      ...lines.map(lineOf), ...boxes.map((box) => boxOf(box, layout.boxes.get(box.id), live)), ...lines.map(labelOf));
  svg.style.maxWidth = `${Math.ceil(1.25 * width)}px`;
  return svg;
}

const keyOf = ({from, to, kind}) => `${from}>${to}>${kind}`;

function heads() {
  return drawing('defs', {}, ...['call', 'event', 'new', 'bad'].map((kind) =>
      drawing('marker', {id: `tip-${kind}`, viewBox: '0 0 10 10', refX: 7, refY: 5, markerWidth: 11, markerHeight: 11,
        markerUnits: 'userSpaceOnUse', orient: 'auto'}, drawing('path', {class: `tip ${kind}`, d: 'M0 0L10 5L0 10z'}))));
}

function frameOf(live, {x, y, width, height}) {
  const what = live.kind === 'proxy' ? 'this proxy' : 'this process';
  return drawing('g', {}, drawing('rect', {class: 'frame', x, y, width, height, rx: 14}),
      drawing('text', {class: 'small', x: x + 14, y: y - 8}, `${what}: ${live.service ?? live.application}, ${live.process}`));
}

/** What kind an arrow is, besides its colour: see map.css for the dashes. */
function classOf(arrow) {
  return [arrow.kind.replace(' ', '-'), arrow.failing ? 'failing' : '', arrow.slow ? 'slow' : '',
    arrow.rate ? 'busy' : arrow.total > 0 ? 'calm' : 'unused'].filter(Boolean).join(' ');
}

function tipOf(arrow) {
  if (arrow.failing) return 'bad';
  return {'event': 'event', 'new side': 'new'}[arrow.kind] ?? 'call';
}

/** Thickness goes by the logarithm: 1/s, 10/s and 100/s are steps that can be told. */
function widthOf({rate: perSecond}) {
  return perSecond ? (1.6 + 1.5 * Math.log10(1 + 3 * perSecond)).toFixed(1) : '1.2';
}

function lineOf({arrow, path}) {
  const line = drawing('g', {class: `arrow ${classOf(arrow)}`, 'data-key': `line ${keyOf(arrow)}`},
      arrow.failing ? drawing('path', {class: 'alarm', d: path}) : null,
      drawing('path', {class: 'line', d: path, 'stroke-width': widthOf(arrow), 'marker-end': `url(#tip-${tipOf(arrow)})`}));
  if (arrow.rate) {
    const dot = drawing('circle', {class: 'dot', r: 3.5});
    dot.style.offsetPath = `path("${path}")`;
    line.append(dot);
  }
  return line;
}

export function rateText(arrow) {
  return arrow.rate === null ? '' : arrow.rate === 0 ? (arrow.total > 0 ? '0' : '') : `${rate(arrow.rate)}/s`;
}

function labelOf({arrow, label}) {
  const what = arrow.kind === 'new side' ? 'new ' : '';
  const text = rateText(arrow);
  const wrong = trouble(arrow, kWords);
  return drawing('g', {class: `label ${classOf(arrow)}`, 'data-key': `label ${keyOf(arrow)}`},
      text ? drawing('text', {x: label.x, y: label.y + 4, 'text-anchor': label.left ? 'start' : 'middle'}, what + text,
          wrong && label.left ? drawing('tspan', {class: 'wrong', dx: 8}, `${arrow.failing ? '▲' : '◆'} ${wrong}`) : null) : null,
      wrong && !label.left ? drawing('text', {class: 'wrong', x: label.x, y: label.y + 19, 'text-anchor': label.left ? 'start' : 'middle'},
          `${arrow.failing ? '▲' : '◆'} ${wrong}`) : null);
}

function boxOf({id, name, module, place}, {x, y, width, height}, live) {
  const elsewhere = place === 'elsewhere';
  const rehearsed = module.runs === 'rehearsal';
  const lines = wordsOf(module, elsewhere, live);
  return drawing('g', {class: `box ${elsewhere ? 'elsewhere' : 'here'}`, 'data-key': `box ${id}`},
      elsewhere ? drawing('rect', {class: 'shade', x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 12}) : null,
      drawing('rect', {class: 'body', x, y, width, height, rx: 8}),
      rehearsed ? drawing('rect', {class: 'wire', x: x + 4, y: y + 4, width: width - 8, height: height - 8, rx: 5}) : null,
      drawing('text', {class: 'name', x: x + 12, y: y + 25}, name),
      ...lines.map((text, index) => drawing('text', {class: 'small', x: x + 12, y: y + 45 + 18 * index}, text)));
}

const kMost = 25;  // letters in a box
const short = (text) => text.length > kMost ? `${text.slice(0, kMost - 1)}…` : text;

function wordsOf(module, elsewhere, live) {
  if (module.own) return ['the application’s own'];
  if (live.kind === 'proxy') {
    const [oldSide, ...newSides] = (module.at || '').split(' → ');
    return [elsewhere ? `new side: ${newSides.join(', ') || oldSide}` : `old side: ${oldSide || 'none'}`].map(short);
  }
  if (elsewhere) return [module.stage ? 'new side' : 'its own service', module.at].filter(Boolean).map(short);
  const place = module.runs === 'rehearsal' ? 'rehearsed, over the wire' : module.runs === 'routed' ? 'old side' : '';
  return [place, databaseOf(module, live)].filter(Boolean).map(short);
}

/** "shop.db, shared" or "catalog.db, its own". */
export function databaseOf(module, live) {
  if (!module.data) return '';
  const others = live.modules.filter((other) => other !== module && other.data === module.data);
  return `${module.data}, ${others.length > 0 ? 'shared' : 'its own'}`;
}

/** All dots step at the same moments, so that the map is painted seven times a second and not sixty. */
export function keepStep(place) {
  for (const animation of place.getAnimations({subtree: true})) {
    if (animation.animationName === 'travel' && animation.startTime !== 0) animation.startTime = 0;
  }
}

/** The same as sentences: one row for each arrow, the busiest first. */
export function arrowList(live, arrows) {
  const rows = [...arrows].sort((a, b) => (b.failing - a.failing) || (b.slow - a.slow) || ((b.rate ?? -1) - (a.rate ?? -1)));
  return element('table', {class: 'arrows'},
      element('caption', {class: 'only-heard'}, 'Who calls whom'),
      element('thead', {}, element('tr', {}, ...['who', 'whom', 'how', 'per second', 'remarks'].map((text) =>
          element('th', {scope: 'col'}, text)))),
      element('tbody', {}, ...rows.map((arrow) => element('tr', {'data-key': keyOf(arrow), class: classOf(arrow)},
          element('td', {'data-label': 'who', class: 'operation'}, who(arrow.from)),
          element('td', {'data-label': 'whom'}, who(arrow.to)),
          element('td', {'data-label': 'how'}, sample(arrow), how(arrow.kind)),
          element('td', {'data-label': 'per second', class: 'number'}, rateText(arrow) || '–'),
          element('td', {'data-label': 'remarks', class: arrow.failing ? 'bad' : null}, trouble(arrow, kWords))))));
}

function who(id) {
  if (id === '') return 'clients';
  if (id === 'pages') return 'the application’s own pages';
  return id.endsWith("'") ? `${id.slice(0, -1)}, new side` : id;
}

const how = (kind) => ({call: 'calls', outside: 'requests', 'new side': 'sent on', event: 'events'})[kind];

function sample(arrow) {
  return drawing('svg', {class: 'live-map sample', viewBox: '0 0 34 12', width: 34, height: 12, 'aria-hidden': 'true'},
      drawing('g', {class: `arrow ${classOf(arrow)}`}, drawing('path', {class: 'line', d: 'M1 6L30 6', 'stroke-width': 2})));
}

/** What the picture shows, in one sentence for those who do not see it. */
export function mapSummary(live, arrows) {
  const places = live.modules.map((module) => `${module.name} ${kRuns[module.runs] ?? module.runs}`);
  const busy = arrows.filter((arrow) => arrow.rate > 0).length;
  return `${listed(places)}. ${busy} of ${arrows.length} arrows are busy; the table below has all of them.`;
}

export function legend() {
  const entry = (arrow, text) => element('span', {class: 'entry'}, sample(arrow), text);
  const plain = {rate: 1, total: 1};
  return element('p', {class: 'legend quiet'}, entry({...plain, kind: 'call'}, 'calls'),
      entry({...plain, kind: 'new side'}, 'sent to the new side'), entry({...plain, kind: 'event'}, 'events'),
      element('span', {class: 'entry'}, '◆ slow'), element('span', {class: 'entry'}, '▲ failing'),
      element('span', {class: 'entry'}, 'the thicker, the more a second; of the last ten seconds'));
}

// Where everything stands on the map. Depends on what there is and on nothing that moves, so that the
// picture stays while its figures change.
import {newSideOf} from '/_banyan/arrows.js';

export const kBox = {width: 178, height: 78};
const kGap = 34;       // between boxes of a layer
const kBetween = 92;   // between layers
const kLane = 26;      // for an arrow that passes a layer
const kBow = 44;       // for arrows between two of the lowest layer
const kMargin = 22;
const kTop = 52;       // the frame's name, and what comes from outside
const kGutter = 190;   // between the process and what is elsewhere

/** What stands on the map: {id, name, module, place}, of which `place` is "here" or "elsewhere". */
export function boxesOf(live) {
  const boxes = [];
  // The application's own pages call modules, too.
  const pages = live.modules.some((module) => (module.callers ?? []).some(({from, count}) => from === 'pages' && count > 0));
  if (pages) boxes.push({id: 'pages', name: 'pages', module: {name: 'pages', runs: 'in_process', own: true}, place: 'here'});
  for (const module of live.modules) {
    const here = module.runs !== 'remote' || module.stage;
    const elsewhere = module.runs === 'remote' || module.runs === 'routed' || (module.stage && module.at);
    if (here) boxes.push({id: module.name, name: module.name, module, place: 'here'});
    if (elsewhere && (newSideOf(module) !== module.name || !here)) {
      boxes.push({id: newSideOf(module), name: module.name, module, place: 'elsewhere'});
    }
  }
  return boxes;
}

/** Two pictures are alike as long as this is. */
export function shapeOf(boxes, arrows) {
  return JSON.stringify([boxes.map(({id, place, module}) => [id, place, module.at, module.runs]),
    arrows.map(({from, to, kind}) => [from, to, kind])]);
}

/**
 * @returns {{width, height, frame, boxes: Map<string, {x, y, width, height}>,
 *   lines: {arrow, path, label: {x, y}}[]}}
 */
export function layoutOf(boxes, arrows) {
  const here = boxes.filter(({place}) => place === 'here');
  const elsewhere = boxes.filter(({place}) => place === 'elsewhere');
  const ids = new Set(here.map(({id}) => id));
  const inside = arrows.filter(({from, to, kind}) => kind !== 'outside' && ids.has(from) && ids.has(to) && from !== to);
  const layers = inLayers(here.map(({id}) => id), inside);
  putInOrder(layers, inside, new Set(elsewhere.map(({name}) => name)));
  const places = new Map();
  const wide = Math.max(0, ...layers.map(widthOf));
  const most = Math.max(wide, here.length === 0 ? 0 : kBox.width);
  layers.forEach((layer, row) => {
    let x = kMargin + (most - widthOf(layer)) / 2;
    for (const node of layer) {
      const width = node.lane ? kLane : kBox.width;
      places.set(node.id, {x, y: kTop + kMargin + row * (kBox.height + kBetween), width, height: kBox.height, row, lane: node.lane});
      x += width + (node.lane ? kGap / 2 : kGap);
    }
  });
  const rows = Math.max(1, layers.length);
  const bows = inside.some(({from, to}) => places.get(from).row === rows - 1 && places.get(to).row === rows - 1);
  const inner = kTop + kMargin + rows * kBox.height + (rows - 1) * kBetween + (bows ? kBow : 0);
  const frame = here.length === 0 ? null : {x: 4, y: kTop - 22, width: most + 2 * kMargin - 8, height: inner - kTop + 22 + kMargin};
  const left = here.length === 0 ? kMargin : most + 2 * kMargin + kGutter;
  placeElsewhere(elsewhere, places, left);
  const height = Math.max(inner + kMargin + 8, ...[...places.values()].map(({y}) => y + kBox.height + kMargin));
  const width = elsewhere.length > 0 ? left + kBox.width + kMargin : most + 2 * kMargin;
  return {width, height, frame, boxes: places, lines: linesOf(arrows, places, layers.ways ?? new Map())};
}

/** A module stands above those that it calls; events bend to that. */
function inLayers(ids, arrows) {
  const calls = arrows.filter(({kind}) => kind === 'call');
  const depth = new Map();
  const deep = (id, seen) => {
    if (depth.has(id)) return depth.get(id);
    if (seen.has(id)) return 0;
    const next = new Set(seen).add(id);
    const below = calls.filter(({from}) => from === id).map(({to}) => 1 + deep(to, next));
    const value = Math.max(0, ...below);
    depth.set(id, value);
    return value;
  };
  for (const id of ids) deep(id, new Set());
  const most = Math.max(0, ...depth.values());
  const layers = Array.from({length: ids.length > 0 ? most + 1 : 0}, () => []);
  for (const id of ids) layers[most - depth.get(id)].push({id});
  // What nobody calls and calls nobody stands at the bottom, where most are; that is its depth.
  const row = new Map(layers.flatMap((layer, index) => layer.map(({id}) => [id, index])));
  layers.ways = new Map();
  for (const arrow of arrows) {
    const [top, bottom] = [row.get(arrow.from), row.get(arrow.to)].sort((a, b) => a - b);
    if (bottom - top < 2) continue;
    const way = [];
    for (let passed = top + 1; passed < bottom; ++passed) {
      const id = `${arrow.from}>${arrow.to}>${arrow.kind}>${passed}`;
      layers[passed].push({id, lane: true});
      way.push(id);
    }
    layers.ways.set(keyOf(arrow), row.get(arrow.from) < row.get(arrow.to) ? way : way.reverse());
  }
  return layers;
}

const keyOf = ({from, to, kind}) => `${from}>${to}>${kind}`;

function widthOf(layer) {
  return layer.reduce((all, {lane}, index) => all + (lane ? kLane : kBox.width) +
      (index === layer.length - 1 ? 0 : lane ? kGap / 2 : kGap), 0);
}

/**
 * Neighbours come to stand near each other: each layer by the mean of what it is tied to; at its end
 * those that have a new side elsewhere, which is there.
 */
function putInOrder(layers, arrows, twins) {
  const ties = new Map();
  const tie = (one, other) => {
    for (const [a, b] of [[one, other], [other, one]]) ties.set(a, [...(ties.get(a) ?? []), b]);
  };
  for (const arrow of arrows) {
    const way = [arrow.from, ...(layers.ways.get(keyOf(arrow)) ?? []), arrow.to];
    for (let i = 1; i < way.length; ++i) tie(way[i - 1], way[i]);
  }
  for (let sweep = 0; sweep < 8; ++sweep) {
    const order = sweep % 2 === 0 ? [...layers] : [...layers].reverse();
    for (const layer of order) {
      const at = new Map(layers.flatMap((each) => each.map(({id}, index) => [id, (index + 0.5) / each.length])));
      const mean = (id) => {
        const near = (ties.get(id) ?? []).filter((other) => !layer.some((each) => each.id === other));
        return near.length === 0 ? at.get(id) : near.reduce((all, other) => all + at.get(other), 0) / near.length;
      };
      const means = new Map(layer.map(({id}) => [id, mean(id)]));
      layer.sort((a, b) => twins.has(a.id) - twins.has(b.id) || means.get(a.id) - means.get(b.id));
    }
  }
}

/** Beside its own old side where there is room, else below what stands there. */
function placeElsewhere(boxes, places, x) {
  let free = kTop + kMargin;
  for (const box of [...boxes].sort((a, b) => (places.get(a.name)?.y ?? 0) - (places.get(b.name)?.y ?? 0))) {
    const y = Math.max(free, places.get(box.name)?.y ?? 0);
    places.set(box.id, {x, y, width: kBox.width, height: kBox.height, elsewhere: true});
    free = y + kBox.height + kGap + 12;
  }
}

function linesOf(arrows, places, ways) {
  const drawn = arrows.filter(({from, to, kind}) => places.has(to) && (kind === 'outside' || places.has(from)) && from !== to);
  const taken = [];
  const stubs = drawn.filter(({kind}) => kind === 'outside').map((arrow) => stub(arrow, places.get(arrow.to), taken));
  const lines = drawn.filter(({kind}) => kind !== 'outside').map((arrow) => {
    const [out, into] = sidesOf(places.get(arrow.from), places.get(arrow.to));
    return {arrow, out, into, passed: (ways.get(keyOf(arrow)) ?? []).map((id) => places.get(id))};
  });
  const ends = anchorsOf(lines, places);
  return [...stubs, ...lines.map((line) => {
    const {arrow, out, into, passed} = line;
    const pieces = curve(ends.get(line).start, ends.get(line).end, out, into, passed);
    return {arrow, path: pathOf(pieces), label: labelAt(pieces, taken, places, out === 'right' || out === 'left' ? kAcross : kDown)};
  })];
}

const kDown = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.8, 0.14];  // where on a line its label may be, the best first
const kAcross = [0.8, 0.68, 0.9, 0.56, 0.45, 0.35];

function sidesOf(from, to) {
  if (from.elsewhere || to.elsewhere) return from.elsewhere ? ['left', 'right'] : ['right', 'left'];
  if (from.row === to.row) return ['bottom', 'bottom'];
  return from.row < to.row ? ['bottom', 'top'] : ['top', 'bottom'];
}

/** Where lines begin and end at their boxes: side by side, in the order of where they go. */
function anchorsOf(lines, places) {
  const sides = new Map();
  const note = (id, side, line, end, toward) => {
    const key = `${id}/${side}`;
    const middle = {x: toward.x + toward.width / 2, y: toward.y + toward.height / 2};
    sides.set(key, [...(sides.get(key) ?? []), {line, end, id, side, at: side === 'top' || side === 'bottom' ? middle.x : middle.y}]);
  };
  for (const line of lines) {
    const {arrow, out, into, passed} = line;
    note(arrow.from, out, line, 'start', passed[0] ?? places.get(arrow.to));
    note(arrow.to, into, line, 'end', passed.at(-1) ?? places.get(arrow.from));
  }
  const found = new Map(lines.map((line) => [line, {}]));
  for (const all of sides.values()) {
    all.sort((a, b) => a.at - b.at).forEach(({line, end, id, side}, index) => {
      found.get(line)[end] = anchor(places.get(id), side, (index + 1) / (all.length + 1));
    });
  }
  return found;
}

/** A short arrow from above: requests from outside. */
function stub(arrow, to, taken) {
  const x = to.x + 20;
  taken.push({x: x + 9 + kLabel.width / 2, y: to.y - 19});
  return {arrow, path: `M${x} ${to.y - 34}L${x} ${to.y - 3}`, label: {x: x + 9, y: to.y - 19, left: true}};
}

function anchor({x, y, width, height}, side, part) {
  switch (side) {
    // Room at the left for what comes from outside.
    case 'top': return {x: x + 60 + (width - 74) * part, y: y - 3};
    case 'bottom': return {x: x + 14 + (width - 28) * part, y: y + height};
    case 'left': return {x: x - 8, y: y + height * part};
    default: return {x: x + width, y: y + height * part};
  }
}

/** Bezier pieces [p0, c1, c2, p1] from start to end, by the lanes that it passes. */
function curve(start, end, out, into, passed) {
  const bend = {top: [0, -1], bottom: [0, 1], left: [-1, 0], right: [1, 0]};
  if (out === into) {  // in one layer: a bow below it
    const depth = 30 + Math.min(26, Math.abs(end.x - start.x) / 14);
    return [[start, {x: start.x, y: start.y + depth}, {x: end.x, y: end.y + 3 + depth}, {x: end.x, y: end.y + 3}]];
  }
  const down = out === 'bottom';
  const points = [start, ...passed.flatMap(({x, y, width, height}) => down
    ? [{x: x + width / 2, y: y}, {x: x + width / 2, y: y + height}]
    : [{x: x + width / 2, y: y + height}, {x: x + width / 2, y: y}]), end];
  const pieces = [];
  for (let i = 1; i < points.length; ++i) {
    const [a, b] = [points[i - 1], points[i]];
    const reach = out === 'right' || out === 'left' ? Math.abs(b.x - a.x) * 0.45 : Math.abs(b.y - a.y) * 0.5;
    const [ox, oy] = bend[out];
    const [ix, iy] = bend[into];
    pieces.push([a, {x: a.x + ox * reach, y: a.y + oy * reach}, {x: b.x + ix * reach, y: b.y + iy * reach}, b]);
  }
  return pieces;
}

const number = (value) => Math.round(value * 10) / 10;
const point = ({x, y}) => `${number(x)} ${number(y)}`;

function pathOf(pieces) {
  return `M${point(pieces[0][0])}` + pieces.map(([, one, two, end]) => `C${point(one)} ${point(two)} ${point(end)}`).join('');
}

function along([a, b, c, d], t) {
  const at = (key) => (1 - t) ** 3 * a[key] + 3 * (1 - t) ** 2 * t * b[key] + 3 * (1 - t) * t ** 2 * c[key] + t ** 3 * d[key];
  return {x: at('x'), y: at('y')};
}

const kLabel = {width: 76, height: 26};

/** The first place on the line where a label hides neither a box nor another label. */
function labelAt(pieces, taken, places, tries) {
  const piece = pieces[pieces.length - 1];
  const hides = ({x, y}, {x: ox, y: oy, width, height}) => Math.abs(x - (ox + width / 2)) < (kLabel.width + width) / 2 &&
      Math.abs(y - (oy + height / 2)) < (kLabel.height + height) / 2;
  const boxes = [...places.values()].filter(({lane}) => !lane);
  const candidates = tries.map((t) => along(piece, t));
  const found = candidates.find((at) => !taken.some((other) => Math.abs(at.x - other.x) < kLabel.width &&
      Math.abs(at.y - other.y) < kLabel.height) && !boxes.some((box) => hides(at, box))) ?? candidates[0];
  taken.push(found);
  return {x: number(found.x), y: number(found.y)};
}

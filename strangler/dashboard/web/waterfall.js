// In which order the spans of a trace stand below each other.

/**
 * Each span after its parent and before its parent's next child; children in the order in which they
 * began. A span whose parent is not here (it is another process's, or found no room) stands at the
 * top. `level` is how deep it is.
 */
export function inOrder(spans) {
  const here = new Set(spans.map((span) => span.id));
  const children = new Map();
  for (const span of [...spans].sort((a, b) => a.start_us - b.start_us)) {
    const parent = here.has(span.parent) ? span.parent : '';
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(span);
  }
  const order = [];
  const add = (parent, level) => {
    for (const span of children.get(parent) ?? []) {
      order.push({span, level});
      add(span.id, level + 1);
    }
  };
  add('', 0);
  return order;
}

// Makes what is on the page into what should be there, and leaves alone what is right already: the
// focus, a selection, what was opened and what was scrolled stay where they are.

/** Gives `place` these children. One with a data-key is found again by it, others by their place. */
export function update(place, ...wanted) {
  children(place, wanted.flat().filter((each) => each !== null && each !== undefined && each !== '')
      .map((each) => each instanceof Node ? each : document.createTextNode(String(each))));
}

function children(place, wanted) {
  const keyed = new Map();
  const loose = [];
  for (const each of place.childNodes) {
    const key = keyOf(each);
    if (key === null) loose.push(each); else keyed.set(key, each);
  }
  let at = place.firstChild;
  for (const each of wanted) {
    const key = keyOf(each);
    let found = null;
    if (key !== null) {
      found = keyed.get(key) ?? null;
      if (found && !alike(found, each)) found = null;
      if (found) keyed.delete(key);
    } else {
      const index = loose.findIndex((other) => alike(other, each));
      if (index >= 0) [found] = loose.splice(index, 1);
    }
    if (found === null) {
      place.insertBefore(each, at);
      continue;
    }
    if (found === at) at = at.nextSibling; else move(place, found, at);
    morph(found, each);
  }
  for (const each of [...keyed.values(), ...loose]) each.remove();
}

/** Where the browser can, without taking it out in between, which would lose the focus. */
function move(place, node, before) {
  if (place.moveBefore) place.moveBefore(node, before); else place.insertBefore(node, before);
}

function keyOf(node) {
  return node.dataset?.key ?? null;
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function morph(there, wanted) {
  if (there.nodeType !== Node.ELEMENT_NODE) {
    if (there.nodeValue !== wanted.nodeValue) there.nodeValue = wanted.nodeValue;
    return;
  }
  // By the object, since the policy of the page forbids the attribute.
  if (there.style && there.style.cssText !== wanted.style.cssText) there.style.cssText = wanted.style.cssText;
  for (const {name} of [...there.attributes]) {
    if (!wanted.hasAttribute(name) && !isTheReaders(there, name)) there.removeAttribute(name);
  }
  for (const {name, value} of wanted.attributes) {
    if (there.getAttribute(name) !== value && !isTheReaders(there, name)) there.setAttribute(name, value);
  }
  children(there, [...wanted.childNodes]);
}

/** What is open is the reader's business. */
function isTheReaders(node, name) {
  return name === 'style' || (name === 'open' && node.nodeName === 'DETAILS');
}

// Where each module is just now, as a picture that the process draws.
import {TokenNeeded, ask} from '/_banyan/session.js';

const kEvery = 10;  // polls of the page
let polls = 0;
let shown = '';

/** Shows the context map in `place` below `section`, anew when it has changed. Proxies have none. */
export async function showMap(section, place) {
  if (polls++ % kEvery !== 0) return;
  let svg;
  try {
    ({svg} = await ask('/_banyan/api/map'));
  } catch (error) {
    // The page is of use without it.
    if (error instanceof TokenNeeded) throw error;
    return;
  }
  if (svg === shown) return;
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  place.replaceChildren(document.importNode(picture, true));
  section.hidden = false;
  shown = svg;
}

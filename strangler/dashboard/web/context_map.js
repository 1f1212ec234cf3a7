// The context map of the code, as a picture that the process draws: what may call what, outside
// parties, and boundaries that are not kept. Fetched when somebody opens it.
import {canvasAt, kCatalogue} from '/_banyan/description.js';
import {element} from '/_banyan/elements.js';
import {ask} from '/_banyan/session.js';

/** The way from the map to what its boxes offer: the picture is one image, and no links can be in it. */
export function canvasLinks(names) {
  return ['Canvas of ', ...names.flatMap((name) => [element('a', {href: canvasAt(name), 'data-key': name}, name), ' · ']),
    element('a', {href: kCatalogue, 'data-key': ''}, 'all operations')];
}

/** Shows the map in `place` when `details` is opened. */
export function showWhenOpened(details, place) {
  details.addEventListener('toggle', async () => {
    if (!details.open) return;
    try {
      const {svg} = await ask('/_banyan/api/map');
      const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
      place.replaceChildren(document.importNode(drawn, true));
    } catch (problem) {
      place.replaceChildren(element('p', {class: 'hint'}, `It cannot be shown just now: ${problem.message}`));
    }
  });
}

// The context map of the code, as a picture that the process draws: what may call what, outside
// parties, and boundaries that are not kept. Fetched when somebody opens it.
import {ask} from '/_banyan/session.js';
import {element} from '/_banyan/elements.js';

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

import { IDS } from '../state/state.ts';
import { localText } from '../text.ts';
import type { Basket, Show } from '../wire.ts';

/** Who sells what, and when and where it is. */
export function Header({ basket }: { basket: Basket }) {
  const only = basket.events.length === 1 ? basket.events[0] : undefined;
  return (
    <header class="top">
      <p class="by">{basket.organizer.name}</p>
      <h1 id={IDS.heading} tabIndex={-1}>
        {only ? only.name : 'Your basket'}
      </h1>
      {only && <When show={only} />}
    </header>
  );
}

/** Local time and place of a show. */
export function When({ show }: { show: Show }) {
  return (
    <p class="when">
      <time dateTime={show.starts_at}>{localText(show.starts_at, show.time_zone)}</time> <span class="soft">({show.time_zone})</span>
      {show.place && <span class="place">{show.place}</span>}
    </p>
  );
}

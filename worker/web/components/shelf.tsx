import type { Checkout } from '../state/checkout.ts';
import { sections } from '../state/shelf.ts';
import type { Section } from '../state/shelf.ts';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { When } from './header.tsx';
import { ItemRow } from './item-row.tsx';

/** Everything that can be chosen, and what is. */
export function Shelf({ checkout, open }: { checkout: Checkout; open: Open }) {
  const { basket, selection, quote, barred, first } = open;
  const all = sections(basket, selection, quote.problems, barred, first);
  return (
    <div id={IDS.choice} class="shelf" tabIndex={-1} role="group" aria-label="What you can choose">
      {all.length === 0 && <p class="soft">There is nothing to choose here.</p>}
      {all.map((section) => (
        <Items key={section.title} section={section} isDated={basket.events.length > 1} checkout={checkout} />
      ))}
    </div>
  );
}

function Items({ section, isDated, checkout }: { section: Section; isDated: boolean; checkout: Checkout }) {
  return (
    <section>
      <h2>{section.title}</h2>
      {isDated && section.show && <When show={section.show} />}
      <ul class="items">
        {section.rows.map((row) => (
          <ItemRow key={row.key} row={row} checkout={checkout} />
        ))}
      </ul>
    </section>
  );
}

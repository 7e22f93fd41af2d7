import { obstacles } from '../state/obstacles.ts';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { counted, problemText } from '../text.ts';

/** What can't be sold, and why; the rest is kept (SP-21). */
export function Obstacles({ open, onDrop }: { open: Open; onDrop: (keys: ReadonlySet<string>) => void }) {
  const found = obstacles(open);
  if (found.length === 0) return null;
  const isAll = found.length === open.selection.items.length;
  return (
    <section class="notice" role="alert" aria-labelledby={IDS.notice}>
      <h2 id={IDS.notice} tabIndex={-1}>
        {isAll ? 'This can’t be bought now' : `${counted(found.length, 'item')} can’t be bought like this`}
      </h2>
      <ul>
        {found.map(({ key, problems }) => (
          <li key={key}>{problems.map(problemText).join(' ')}</li>
        ))}
      </ul>
      {!isAll && <p>The rest of your basket is kept.</p>}
      <button type="button" class="plain" onClick={() => onDrop(new Set(found.map(({ key }) => key)))}>
        {isAll ? 'Remove and choose something else' : found.length === 1 ? 'Continue without it' : 'Continue without them'}
      </button>
    </section>
  );
}

/** The page was opened again after its basket had been ordered. */
export function EarlierOrder({ basket }: { basket: string }) {
  return (
    <p class="notice" role="status">
      You have ordered from this page before: <a href={`/checkout/orders/${basket}/`}>see your order</a>. What is below is a new basket.
    </p>
  );
}

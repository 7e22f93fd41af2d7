import type { ComponentChildren } from 'preact';
import { money } from '../currency.ts';
import { isBoth } from '../state/columns.ts';
import type { Cell } from '../state/columns.ts';
import { number } from '../text.ts';
import type { Both } from '../wire.ts';

/** A figure as it is now; in small print what it was before refunds and voids, where that is another (ST-11). */
export function Figure({ cell }: { cell: Cell }) {
  if (typeof cell === 'number') return <>{number(cell)}</>;
  if (isBoth(cell)) return <Reduced both={cell} text={number} />;
  const amounts = Object.entries(cell);
  if (amounts.length === 0) return <>–</>;
  return (
    <>
      {amounts.map(([currency, both]) => (
        <Reduced key={currency} both={both} text={(amount) => money(amount, currency)} />
      ))}
    </>
  );
}

function Reduced({ both: { gross, net }, text }: { both: Both; text: (amount: number) => ComponentChildren }) {
  return (
    <span class="figure">
      {text(net)}
      {gross !== net && <small>of {text(gross)}</small>}
    </span>
  );
}

import type { ComponentChildren } from 'preact';
import { sumOf } from '../state/columns.ts';
import type { Found } from '../state/link-report.ts';
import { number, share } from '../text.ts';
import { Figure } from './figure.tsx';

/** What all links came to. */
export function Headline({ found }: { found: Found }) {
  const { links, total, all_orders: all } = found.report;
  const views = sumOf(links, 'views');
  const others = all.orders.net - total.orders.net;
  return (
    <section aria-labelledby="headline">
      <h2 id="headline" class="unseen">
        All links
      </h2>
      <dl class="headline">
        <Item name="Views">{number(views)}</Item>
        <Item name="Visitors" note="at their first view">
          {number(sumOf(links, 'visitors'))}
        </Item>
        <Item name="Conversion" note="orders per view">
          {share(total.orders.net, views)}
        </Item>
        <Item name="Orders" note={others > 0 && `${number(others)} more without a link`}>
          <Figure cell={total.orders} />
        </Item>
        <Item name="Tickets">
          <Figure cell={total.tickets} />
        </Item>
        <Item name="Face value">
          <Figure cell={total.face_value} />
        </Item>
      </dl>
    </section>
  );
}

function Item({ name, note, children }: { name: string; note?: string | false; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

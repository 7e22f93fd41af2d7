import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { money } from '../currency.ts';
import type { Sales } from '../state/choice.ts';
import type { Found, LinkReport, State } from '../state/link-report.ts';
import { filled, summed } from '../state/series.ts';
import { dayText, nameOf, number, spanText } from '../text.ts';
import type { HistoryDay } from '../wire.ts';
import { Chart } from './chart.tsx';
import { Go } from './go.tsx';

const SALES: [Sales, string][] = [
  ['orders', 'Orders'],
  ['tickets', 'Tickets'],
];

/** Clicks and sales over time, of all links or of the chosen one. */
export function Timeline({ report, state, found }: { report: LinkReport; state: State; found: Found }) {
  const { sales } = state.choice;
  const days = useMemo(() => filled(found.history.days, found.question.span, found.now), [found]);
  const [pointed, setPointed] = useState<number>();
  const day = pointed === undefined ? undefined : days[pointed];
  // The chart may be far from the line in the table that was followed to it.
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(found.link);
  useLayoutEffect(() => {
    if (before.current !== found.link) heading.current?.focus();
    before.current = found.link;
  }, [found.link]);
  return (
    <section aria-labelledby="timeline">
      <div class="bar">
        <h2 id="timeline" tabIndex={-1} ref={heading}>
          {titleOf(found)}
        </h2>
        {found.link !== null && (
          <Go report={report} to={{ link: null }} class="button plain">
            Show all links
          </Go>
        )}
        <nav class="presets" aria-label="Sales in the chart">
          {SALES.map(([one, label]) => (
            <Go key={one} report={report} to={{ sales: one }} isCurrent={sales === one}>
              {label}
            </Go>
          ))}
        </nav>
      </div>
      <div class="legend" aria-hidden="true">
        <strong>{day ? dayText(day.day) : spanText(found.question.span)}</strong>
        <Legend sum={day ?? summed(days)} sales={sales} />
      </div>
      <Chart days={days} sales={sales} onPoint={setPointed} />
      <Days days={found.history.days} caption={`${titleOf(found)}, ${spanText(found.question.span)}`} />
      <p class="soft notes">Sales count on the day of the order, without what was refunded or made void since.</p>
    </section>
  );
}

function titleOf({ link, report }: Found): string {
  if (link === null) return 'Clicks and sales';
  const line = report.links.find((one) => one.link.id === link);
  return line ? `Clicks and sales: ${nameOf(line.link)}` : 'Clicks and sales of a link that is not in this report';
}

const amounts = (faces: Record<string, number>): string => Object.entries(faces).map(([currency, amount]) => money(amount, currency)).join(' + ');

function Legend({ sum, sales }: { sum: Omit<HistoryDay, 'day'>; sales: Sales }) {
  const mark = (one: Sales) => (sales === one ? 'of-sales' : undefined);
  return (
    <>
      <span class="of-views">
        Views <b>{number(sum.views)}</b>
      </span>
      <span>
        Visitors <b>{number(sum.visitors)}</b>
      </span>
      {SALES.map(([one, label]) => (
        <span key={one} class={mark(one)}>
          {label} <b>{number(sum[one])}</b>
        </span>
      ))}
      <span>
        Face value <b>{amounts(sum.face_value) || '–'}</b>
      </span>
    </>
  );
}

/** The chart for those who listen. Days of nothing are left out. */
function Days({ days, caption }: { days: HistoryDay[]; caption: string }) {
  return (
    <div class="unseen">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {['Day', 'Views', 'Visitors', 'Orders', 'Tickets', 'Face value'].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, views, visitors, orders, tickets, face_value: faces }) => (
            <tr key={day}>
              <th scope="row">{dayText(day)}</th>
              <td>{number(views)}</td>
              <td>{number(visitors)}</td>
              <td>{number(orders)}</td>
              <td>{number(tickets)}</td>
              <td>{amounts(faces) || '–'}</td>
            </tr>
          ))}
          {days.length === 0 && (
            <tr>
              <td colSpan={6}>Nothing happened in this time.</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

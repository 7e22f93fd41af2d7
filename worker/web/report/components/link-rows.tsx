import { FIGURES } from '../state/columns.ts';
import type { LinkReport } from '../state/link-report.ts';
import { nameOf, number } from '../text.ts';
import type { Figures, LinkLine, Show, TypeLine } from '../wire.ts';
import { Figure } from './figure.tsx';
import { Go } from './go.tsx';

/** A link's line and, when it is open, those of its ticket types. */
export function LinkRows({ report, line, events, isOpen, isChosen }: { report: LinkReport; line: LinkLine; events: Show[]; isOpen: boolean; isChosen: boolean }) {
  const { link, views, visitors, figures, ticket_types: types } = line;
  return (
    <>
      <tr class={isChosen ? 'chosen' : undefined}>
        <th scope="row">
          <div class="link-cell">
            {types.length > 0 ? (
              <button type="button" class="opener" aria-expanded={isOpen} aria-label={`Ticket types of ${nameOf(link)}`} onClick={() => report.toggle(link.id)} />
            ) : (
              <span class="opener" />
            )}
            <div>
              <Go report={report} to={{ link: isChosen ? null : link.id }} isCurrent={isChosen} class="name">
                {nameOf(link)}
              </Go>
              <small>{about(line, events)}</small>
            </div>
          </div>
        </th>
        <td>{number(views)}</td>
        <td>{number(visitors)}</td>
        <Cells figures={figures} />
      </tr>
      {isOpen && types.map((type) => <TypeRow key={type.id} type={type} isDated={link.event_id === null} events={events} />)}
    </>
  );
}

function TypeRow({ type, isDated, events }: { type: TypeLine; isDated: boolean; events: Show[] }) {
  const show = events.find(({ id }) => id === type.event_id);
  return (
    <tr class="type">
      <th scope="row">
        {type.name}
        {isDated && show && <small>{show.name}</small>}
      </th>
      <td />
      <td />
      <Cells figures={type.figures} />
    </tr>
  );
}

function Cells({ figures }: { figures: Figures }) {
  return (
    <>
      {FIGURES.map(({ key }) => (
        <td key={key}>
          <Figure cell={figures[key]} />
        </td>
      ))}
    </>
  );
}

/** Where a link is, what it leads to, and whose it is. */
function about({ link }: LinkLine, events: Show[]): string {
  const show = link.event_id === null ? 'Whole account' : events.find(({ id }) => id === link.event_id)?.name;
  return [`/${link.slug}`, show, link.promoter, link.referred_by].filter(Boolean).join(' · ');
}

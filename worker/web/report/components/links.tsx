import { useMemo } from 'preact/hooks';
import { csvPath, jsonPath } from '../api.ts';
import { COLUMNS, FIGURES, isReduced, sumOf } from '../state/columns.ts';
import type { ColumnKey } from '../state/columns.ts';
import type { Found, LinkReport, State } from '../state/link-report.ts';
import { found as foundIn, sorted } from '../state/lines.ts';
import { counted, number } from '../text.ts';
import { Figure } from './figure.tsx';
import { LinkRows } from './link-rows.tsx';

/** The table: a line a link, below it its ticket types, the total at the bottom (ST-08, ST-09). */
export function Links({ report, state, found }: { report: LinkReport; state: State; found: Found }) {
  const { choice, events = [], search, open } = state;
  const { links, total } = found.report;
  const lines = useMemo(() => sorted(foundIn(links, search, events), choice.sort), [links, search, events, choice.sort]);
  // What stays the same is not compared again, row by row.
  const rows = useMemo(() => lines.map((line) => <LinkRows key={line.link.id} report={report} line={line} events={events} isOpen={open.has(line.link.id)} isChosen={choice.link === line.link.id} />), [lines, events, open, choice]);
  return (
    <section aria-labelledby="links">
      <div class="bar">
        <h2 id="links">Links</h2>
        <input type="search" aria-label="Search links" placeholder="Search links" value={search} onInput={({ currentTarget }) => report.search(currentTarget.value)} />
        <p class="files">
          <a class="button plain" href={csvPath(found.question)} download>
            CSV
          </a>
          <a class="button plain" href={jsonPath(found.question)} download="link-report.json">
            JSON
          </a>
        </p>
      </div>
      <p class="soft" role="status">
        {lines.length < links.length && `${number(lines.length)} of ${counted(links.length, 'link')}. The total and the files are of all of them.`}
      </p>
      <div class="scroll" role="region" aria-labelledby="links" tabIndex={0}>
        <table>
          <caption class="unseen">Views, customers and sales of each link and its ticket types</caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <Head key={column.key} report={report} state={state} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows}
            {lines.length === 0 && (
              <tr>
                <td class="none" colSpan={COLUMNS.length}>
                  No link has “{search.trim()}” in its name, address, promoter or event.
                </td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total of {counted(links.length, 'link')}</th>
              <td>{number(sumOf(links, 'views'))}</td>
              <td>{number(sumOf(links, 'visitors'))}</td>
              {FIGURES.map(({ key }) => (
                <td key={key}>
                  <Figure cell={total[key]} />
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="soft notes">
        {isReduced(total) && 'Small print: what it was before refunds and voids. '}
        Whoever buys by two links is a customer of both, and one in the total. Whoever follows two is a visitor of each, on the day of their first view.
      </p>
    </section>
  );
}

/** A column's name, which sorts by it: the largest first, names from A to Z, and the other way round the second time. */
function Head({ report, state, column: { key, label } }: { report: LinkReport; state: State; column: { key: ColumnKey; label: string } }) {
  const { sort } = state.choice;
  const isSorted = sort.column === key;
  const next = { column: key, isAscending: isSorted ? !sort.isAscending : key === 'link' };
  return (
    <th scope="col" aria-sort={isSorted ? (sort.isAscending ? 'ascending' : 'descending') : undefined}>
      {/* Browsers are content with a part of what has the focus, and on a phone that is no word. */}
      <button type="button" onClick={() => report.choose({ sort: next })} onFocus={({ currentTarget }) => currentTarget.scrollIntoView({ block: 'nearest', inline: 'nearest' })}>
        {label}
      </button>
    </th>
  );
}

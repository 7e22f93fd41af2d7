import type { QuoteLine } from 'handbill/basket';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { money, sentence } from '../text.ts';
import { FORM } from './buyer-form.tsx';
import { methodsOf } from './payment.tsx';

/** What it costs, line by line, and the button that buys it. */
export function Summary({ open, onRetry }: { open: Open; onRetry: () => void }) {
  const { quote, sync, purchase, selection } = open;
  const reason = whyNot(open);
  const total = money(quote.total, quote.currency);
  const nothing = selection.items.length === 0 ? 'Nothing is chosen yet.' : 'Nothing of this can be bought as it stands.';
  const hasTickets = selection.items.some((item) => item.ticket_type !== undefined);
  const label = quote.total > 0 ? `Buy for ${total}` : hasTickets ? 'Get tickets' : 'Order';
  return (
    <section class="summary" aria-labelledby={IDS.summary}>
      <div class="sums">
        <h2 id={IDS.summary} tabIndex={-1}>
          Summary
        </h2>
        {quote.lines.length > 0 ? <Money lines={quote.lines} currency={quote.currency} /> : <p class="soft">{nothing}</p>}
      </div>
      <div class="said">
        {sync === 'failed' && !purchase.refusal && (
          <div class="notice" role="alert">
            <p>We could not save your last change, so it is not held for you yet. What you chose is still here.</p>
            <button type="button" class="plain" onClick={onRetry}>
              Try again
            </button>
          </div>
        )}
        {purchase.changed && <Changed before={money(purchase.changed.before, quote.currency)} now={money(purchase.changed.now, quote.currency)} />}
        {purchase.refusal && (
          <div class="notice" role="alert">
            <p id={IDS.refusal} tabIndex={-1}>
              {purchase.refusal}
            </p>
          </div>
        )}
      </div>
      <div class="pay">
        <p class="reason" id="reason" role="status">
          {reason}
        </p>
        <p class="total" role="status">
          <span>Total</span> <strong>{total}</strong>
        </p>
        <button type="submit" form={FORM} class="button" aria-disabled={reason !== undefined || purchase.isBusy} aria-describedby="reason">
          {purchase.isBusy ? 'One moment …' : label}
        </button>
      </div>
    </section>
  );
}

/** The lines with what each adds to the total; tax that is in them already comes after them. */
function Money({ lines, currency }: { lines: QuoteLine[]; currency: string }) {
  const isWithin = (line: QuoteLine) => line.kind === 'tax' && line.inclusive === true;
  return (
    <table>
      <caption class="unseen">What it costs</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        {lines
          .filter((line) => !isWithin(line))
          .map((line, index) => (
            <tr key={index} class={`of-${line.kind}`}>
              <th scope="row">
                {line.quantity > 1 && `${line.quantity} × `}
                {line.name}
              </th>
              <td>{money(line.price, currency)}</td>
            </tr>
          ))}
      </tbody>
      {lines.some(isWithin) && (
        <tfoot>
          {lines.filter(isWithin).map((line, index) => (
            <tr key={index} class="within">
              <th scope="row">{line.name}</th>
              <td>{money(line.total, currency)}</td>
            </tr>
          ))}
        </tfoot>
      )}
    </table>
  );
}

/** It costs something else than the buyer was shown: both amounts, and the choice is theirs. */
function Changed({ before, now }: { before: string; now: string }) {
  return (
    <section class="notice" role="alert" aria-labelledby={IDS.changed}>
      <h3 id={IDS.changed} tabIndex={-1}>
        The price has changed
      </h3>
      <dl>
        <div>
          <dt>Before</dt>
          <dd>
            <s>{before}</s>
          </dd>
        </div>
        <div>
          <dt>Now</dt>
          <dd>{now}</dd>
        </div>
      </dl>
      <p>Nothing has been ordered. If you agree, buy for {now}.</p>
    </section>
  );
}

/** Why it can't be bought as it stands. */
function whyNot(open: Open): string | undefined {
  const { problems, total } = open.quote;
  if (problems.some(({ code }) => code === 'empty')) return 'Choose something first.';
  const overall = problems.find(({ line, code }) => line === null && !/^(discount|voucher|donation)_/.test(code));
  if (overall) return sentence(overall.message);
  if (problems.length > 0) return 'First sort out what is marked above.';
  return total > 0 && methodsOf(open).length === 0 ? 'This organizer takes no payments at the moment.' : undefined;
}

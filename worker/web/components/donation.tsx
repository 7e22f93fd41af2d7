import { useState } from 'preact/hooks';
import type { Checkout } from '../state/checkout.ts';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { parseAmount, sentence, typedAmount } from '../text.ts';

/** What the buyer gives on top, where an event takes donations. */
export function Donation({ checkout, open }: { checkout: Checkout; open: Open }) {
  const { catalogue } = open.basket;
  const { donation } = open.selection;
  const [draft, setDraft] = useState<string>();
  if (donation === 0 && draft === undefined && !catalogue.events?.some((event) => event.accepts_donations)) return null;

  const isAmount = draft === undefined || parseAmount(draft, catalogue.currency) !== undefined;
  const refused = open.quote.problems.find(({ code }) => code === 'donation_not_accepted');
  const typed = (text: string) => {
    setDraft(text);
    const amount = parseAmount(text, catalogue.currency);
    if (amount !== undefined && amount !== donation) checkout.donate(amount);
  };
  const error = !isAmount ? 'Please type an amount, like 5 or 7.50.' : refused && sentence(refused.message);
  return (
    <section class="donation" aria-label="Donation">
      <label for={IDS.donation}>
        Add a donation <span class="soft">(optional)</span>
      </label>
      <div class="amount">
        <input
          id={IDS.donation}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-invalid={error !== undefined}
          aria-describedby="donation-unit donation-error"
          value={draft ?? typedAmount(donation, catalogue.currency)}
          onInput={(event) => typed(event.currentTarget.value)}
          onBlur={() => setDraft(undefined)}
        />
        <span id="donation-unit" class="soft">
          {catalogue.currency}
        </span>
      </div>
      <p id="donation-error" class="error" role="alert" aria-live="polite">
        {error}
      </p>
    </section>
  );
}

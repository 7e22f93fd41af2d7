import { FIELDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { sentence } from '../text.ts';
import type { FieldProblem, PaymentMethod } from '../wire.ts';

const NAMES: Record<Exclude<PaymentMethod, 'no_cost'>, string> = { external: 'Pay online', offline: 'Pay offline' };

/** How the basket can be paid; what is free needs no way. */
export function methodsOf({ basket, quote }: Open): Exclude<PaymentMethod, 'no_cost'>[] {
  if (quote.total === 0) return [];
  return (['external', 'offline'] as const).filter((method) => basket.organizer.payment_methods.includes(method));
}

export function Payment({ open, problem }: { open: Open; problem: FieldProblem | undefined }) {
  const methods = methodsOf(open);
  if (methods.length === 0) return null;
  return (
    <fieldset class="payment" id={FIELDS.get('payment_method')} tabIndex={-1} aria-describedby="payment-error">
      <legend>
        <h2>Payment</h2>
      </legend>
      {methods.map((method, index) => (
        <div key={method} class="method">
          <input type="radio" id={`pay-${method}`} name="payment_method" value={method} defaultChecked={index === 0} aria-describedby={`pay-${method}-about`} />
          <label for={`pay-${method}`}>{NAMES[method]}</label>
          <p id={`pay-${method}-about`} class="soft">
            {method === 'external' ? `You pay with ${open.basket.organizer.name} on the next page.` : open.basket.offline_instructions || 'How to pay is on the next page.'}
          </p>
        </div>
      ))}
      <p id="payment-error" class="error">
        {problem && sentence(problem.message)}
      </p>
    </fieldset>
  );
}

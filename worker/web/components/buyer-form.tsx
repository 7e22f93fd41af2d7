import { useEffect, useState } from 'preact/hooks';
import type { Open } from '../state/state.ts';
import { FIELDS } from '../state/state.ts';
import { sentence } from '../text.ts';
import type { Buyer, FieldProblem, PaymentMethod } from '../wire.ts';
import { Payment } from './payment.tsx';

/** The button that sends this form stands beside the total. */
export const FORM = 'buy';

interface FieldProps {
  /** As the Worker names it. */
  field: string;
  label: string;
  autocomplete: string;
  type?: 'text' | 'email' | 'tel';
  maxLength: number;
  isOptional?: boolean;
  problems: FieldProblem[];
}

/** Who buys, and how it is paid. */
export function BuyerForm({ open, onBuy }: { open: Open; onBuy: (buyer: Buyer, method: PaymentMethod) => void }) {
  const { fields } = open.purchase;
  // A problem goes away when its field is typed in.
  const [problems, setProblems] = useState<FieldProblem[]>(fields);
  useEffect(() => setProblems(fields), [fields]);
  const drop = (event: Event) => {
    const { name } = event.target as HTMLInputElement;
    setProblems((some) => some.filter(({ field }) => field !== name));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? '').trim();
    const names = ['first_name', 'last_name', 'email', 'phone'] as const;
    const given = names.map((name) => [name, text(`buyer.${name}`)]).filter(([, typed]) => typed !== '');
    onBuy(Object.fromEntries(given) as Buyer, (text('payment_method') || 'no_cost') as PaymentMethod);
  };
  return (
    <form id={FORM} aria-label="Your order" noValidate onSubmit={submit} onInput={drop}>
      <fieldset class="details">
        <legend>
          <h2>Your details</h2>
        </legend>
        <Field field="buyer.first_name" label="First name" autocomplete="given-name" maxLength={100} problems={problems} />
        <Field field="buyer.last_name" label="Last name" autocomplete="family-name" maxLength={100} problems={problems} />
        <Field field="buyer.email" label="Email" autocomplete="email" type="email" maxLength={254} problems={problems} />
        <Field field="buyer.phone" label="Phone" autocomplete="tel" type="tel" maxLength={50} isOptional problems={problems} />
      </fieldset>
      <Payment open={open} problem={problems.find(({ field }) => field === 'payment_method')} />
    </form>
  );
}

function Field({ field, label, autocomplete, type = 'text', maxLength, isOptional = false, problems }: FieldProps) {
  const id = FIELDS.get(field)!;
  const problem = problems.find((one) => one.field === field);
  return (
    <div class="field">
      <label for={id}>
        {label} {isOptional && <span class="soft">(optional)</span>}
      </label>
      <input
        id={id}
        name={field}
        // Preact's types want one type of field, not one of several.
        type={type as 'text'}
        autocomplete={autocomplete}
        maxLength={maxLength}
        required={!isOptional}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-error`}
      />
      <p id={`${id}-error`} class="error">
        {problem && sentence(`${label} ${problem.message}`)}
      </p>
    </div>
  );
}

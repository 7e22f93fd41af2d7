import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_QUANTITY } from '../state/selection.ts';

interface Props {
  id: string;
  /** Of the item. */
  name: string;
  quantity: number;
  /** The fewest that may be bought; below that is none. */
  least: number;
  /** Up to where the button counts. More can be typed, and is answered. */
  most: number;
  errorId: string | undefined;
  onChange: (quantity: number) => void;
}

/** How many: by button, by arrow key, or typed. */
export function Stepper({ id, name, quantity, least, most, errorId, onChange }: Props) {
  // What stands in the field while it is being typed over, when that is no number yet.
  const [draft, setDraft] = useState<string>();
  const less = quantity > most ? most : quantity <= least ? 0 : quantity - 1;
  const more = quantity < least ? least : quantity + 1;
  const canMore = more <= most;

  // A digit typed after an arrow key replaces the number, as one typed first does.
  const field = useRef<HTMLInputElement>(null);
  const wasArrow = useRef(false);
  useLayoutEffect(() => {
    if (wasArrow.current) field.current?.select();
    wasArrow.current = false;
  }, [quantity]);

  const step = (next: number) => {
    setDraft(undefined);
    if (next !== quantity) onChange(next);
  };
  const typed = (text: string) => {
    const digits = text.replace(/\D/g, '');
    setDraft(digits === '' ? '' : undefined);
    if (digits !== '') onChange(Math.min(Number(digits), MAX_QUANTITY));
  };
  const leave = () => {
    if (draft === '') onChange(0);
    setDraft(undefined);
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    const next = event.key === 'ArrowDown' ? less : canMore ? more : quantity;
    wasArrow.current = next !== quantity;
    step(next);
  };

  return (
    <div class="stepper" role="group" aria-label={name}>
      <button type="button" aria-label={`One less: ${name}`} aria-disabled={quantity === 0} onClick={() => step(less)}>
        <span aria-hidden="true">−</span>
      </button>
      <input
        ref={field}
        id={id}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        role="spinbutton"
        aria-label={`Quantity: ${name}`}
        aria-valuenow={quantity}
        aria-valuemin={0}
        aria-valuemax={Math.max(most, quantity)}
        aria-invalid={errorId !== undefined}
        aria-describedby={errorId}
        value={draft ?? String(quantity)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => typed(event.currentTarget.value)}
        onBlur={leave}
        onKeyDown={keyed}
      />
      <button type="button" aria-label={`One more: ${name}`} aria-disabled={!canMore} onClick={() => canMore && step(more)}>
        <span aria-hidden="true">+</span>
      </button>
    </div>
  );
}

import { useRef } from 'preact/hooks';
import type { Checkout } from '../state/checkout.ts';
import { applyCode, spelled } from '../state/codes.ts';
import { codesOf } from '../state/selection.ts';
import type { Role } from '../state/selection.ts';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { sentence } from '../text.ts';

const NAMES: Record<Role, string> = { discount: 'Discount', voucher: 'Voucher', access: 'Access code' };

/** One field for every kind of code, and the codes in use. */
export function Codes({ checkout, open }: { checkout: Checkout; open: Open }) {
  const field = useRef<HTMLInputElement>(null);
  const { isBusy, note } = open.code;
  const applied = codesOf(open.selection);
  const problems = open.quote.problems.filter(({ code }) => /^(discount|voucher)_/.test(code));

  const apply = async (event: Event) => {
    event.preventDefault();
    const input = field.current!;
    if (await applyCode(checkout, input.value)) input.value = '';
  };

  return (
    <form class="codes" aria-label="Codes" noValidate onSubmit={(event) => void apply(event)}>
      <label for={IDS.code}>Discount, voucher or access code</label>
      <div class="row">
        <input
          ref={field}
          id={IDS.code}
          type="text"
          maxLength={64}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          aria-describedby="code-note"
          aria-invalid={note?.isError ?? false}
        />
        <button type="submit" class="plain" aria-disabled={isBusy}>
          {isBusy ? 'Checking …' : 'Apply'}
        </button>
      </div>
      <p id="code-note" class={note?.isError ? 'error' : undefined} role="status">
        {note?.text}
      </p>
      {applied.length > 0 && (
        <ul class="applied" aria-label="Codes in use">
          {applied.map(({ role, code }) => (
            <li key={role + code}>
              <span>
                <span class="soft">{NAMES[role]}</span> <strong>{spelled(open.basket.catalogue, code)}</strong>
              </span>
              <button type="button" class="link" aria-label={`Remove ${spelled(open.basket.catalogue, code)}`} onClick={() => checkout.removeCode(role, code)}>
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert" aria-live="polite">
        {problems.map(({ message }) => (
          <p key={message} class="error">
            {sentence(message)}
          </p>
        ))}
      </div>
    </form>
  );
}

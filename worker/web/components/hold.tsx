import { useEffect, useState } from 'preact/hooks';
import { IDS, serverNow } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { clockText } from '../text.ts';

/** Seconds left at which a screen reader is told; each second would be a nuisance. */
const WARNINGS = new Map([
  [300, 'We keep these for you for 5 more minutes.'],
  [60, 'We keep these for you for 1 more minute.'],
]);

/** How long the stock is held, and how to hold it again. */
export function Hold({ open, onHold }: { open: Open; onHold: () => void }) {
  const until = open.basket.hold_until === null ? undefined : Date.parse(open.basket.hold_until);
  const left = useSecondsLeft(until, open.skew);
  const [warning, setWarning] = useState('');
  useEffect(() => {
    if (left !== undefined && WARNINGS.has(left)) setWarning(WARNINGS.get(left)!);
    else if (left === undefined || left > 300 || left === 0) setWarning('');
  }, [left]);

  return (
    <div class="hold" id={IDS.hold} tabIndex={-1}>
      {left !== undefined && left > 0 && (
        <p role="timer" aria-live="off">
          We keep these for you for <strong class="clock">{clockText(left)}</strong>
        </p>
      )}
      {left === 0 && (
        <div class="notice" role="alert">
          <p>We can’t keep these for you any longer. They may still be there: hold them again.</p>
          <button type="button" class="plain" onClick={onHold}>
            Hold them again
          </button>
        </div>
      )}
      <p class="unseen" role="status">
        {warning}
      </p>
    </div>
  );
}

/** Whole seconds until a moment of the Worker's clock, at least 0; undefined without one. */
function useSecondsLeft(until: number | undefined, skew: number): number | undefined {
  const left = () => (until === undefined ? undefined : Math.max(0, Math.ceil((until - serverNow({ skew })) / 1_000)));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1_000);
    return () => clearInterval(timer);
  }, [until, skew]);
  return seconds;
}

import type { ComponentChildren } from 'preact';
import { queryOf } from '../state/choice.ts';
import type { Choice } from '../state/choice.ts';
import type { LinkReport } from '../state/link-report.ts';

/** A link to the page with something else chosen: it works in a new tab, too. */
export function Go({ report, to, isCurrent = false, class: name, children }: { report: LinkReport; to: Partial<Choice>; isCurrent?: boolean; class?: string; children: ComponentChildren }) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    report.choose(to);
  };
  return (
    <a href={queryOf({ ...report.state.choice, ...to })} class={name} aria-current={isCurrent ? 'true' : undefined} onClick={follow}>
      {children}
    </a>
  );
}

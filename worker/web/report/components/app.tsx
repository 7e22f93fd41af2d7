// The page.
import { useLayoutEffect, useState } from 'preact/hooks';
import { isPassing } from '../../ask.ts';
import type { Refusal } from '../../ask.ts';
import type { LinkReport } from '../state/link-report.ts';
import { spanText } from '../text.ts';
import { Choices } from './choices.tsx';
import { Headline } from './headline.tsx';
import { Links } from './links.tsx';
import { Timeline } from './timeline.tsx';

export function App({ report, organizer }: { report: LinkReport; organizer: string }) {
  const [state, setState] = useState(report.state);
  useLayoutEffect(() => {
    setState(report.state);
    return report.subscribe(setState);
  }, [report]);
  const { found, refusal, isBusy } = state;
  return (
    <main>
      <header class="top">
        <div>
          <p class="by">{organizer}</p>
          <h1>Link report</h1>
        </div>
        <form method="post" action="/dashboard/sign-out/">
          <button class="plain">Sign out</button>
        </form>
      </header>
      <Choices report={report} state={state} />
      {isBusy && !found && <p class="alone soft">One moment, please …</p>}
      {refusal && <Failed refusal={refusal} onRetry={() => void report.read()} />}
      {found && (
        <div class="found" aria-busy={isBusy}>
          <Headline found={found} />
          {found.report.links.length === 0 ? (
            <Nothing isOfEvent={found.question.event !== null} onAll={() => report.choose({ event: null })} />
          ) : (
            <>
              <Timeline report={report} state={state} found={found} />
              <Links report={report} state={state} found={found} />
            </>
          )}
        </div>
      )}
      <p class="unseen" role="status">
        {isBusy ? 'Loading' : found && `Figures of ${spanText(found.question.span)}`}
      </p>
    </main>
  );
}

function Failed({ refusal, onRetry }: { refusal: Refusal; onRetry: () => void }) {
  return (
    <div class="notice" role="alert">
      <p>{isPassing(refusal) ? 'The figures could not be read. Please check your connection and try again.' : 'There are no figures for this address. Choose another time or event above.'}</p>
      <button type="button" class="plain" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

function Nothing({ isOfEvent, onAll }: { isOfEvent: boolean; onAll: () => void }) {
  return (
    <div class="alone">
      <h2>{isOfEvent ? 'No link leads to this event' : 'There are no links yet'}</h2>
      <p class="soft">
        {isOfEvent ? 'Make a link for it, or one for the whole account: ' : 'Make one and share it: '}
        <code>POST /manage/links</code>. What it brings will be here, from its first click.
      </p>
      {isOfEvent && (
        <button type="button" class="plain" onClick={onAll}>
          Show all events
        </button>
      )}
    </div>
  );
}

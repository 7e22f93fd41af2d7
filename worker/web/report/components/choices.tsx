import { useState } from 'preact/hooks';
import type { TargetedSubmitEvent } from 'preact';
import { isDay, PRESETS, spanOf, today } from '../state/days.ts';
import type { Preset, Span } from '../state/days.ts';
import type { LinkReport, State } from '../state/link-report.ts';
import { dateAt, spanText } from '../text.ts';
import type { Show } from '../wire.ts';
import { Go } from './go.tsx';

const PRESET_TEXTS: Record<Preset, string> = { today: 'Today', '7d': '7 days', '30d': '30 days', month: 'This month', all: 'All time' };

/** What the report is about: which days, and which event. */
export function Choices({ report, state }: { report: LinkReport; state: State }) {
  const { range, event } = state.choice;
  const span = spanOf(range, today(report.timeZone));
  return (
    <section class="choices" aria-label="What to show">
      <nav class="presets" aria-label="Time">
        {PRESETS.map((preset) => (
          <Go key={preset} report={report} to={{ range: preset }} isCurrent={range === preset}>
            {PRESET_TEXTS[preset]}
          </Go>
        ))}
      </nav>
      {/* Anew for each span: the fields say what is shown until they are typed over. */}
      <Dates key={`${span.from} ${span.until}`} span={span} onChoose={(typed) => report.choose({ range: typed })} />
      <Event event={event} events={state.events} onChoose={(chosen) => report.choose({ event: chosen, link: null })} />
      <p class="span soft">
        {spanText(span)} · time zone {report.timeZone.replaceAll('_', ' ')}
      </p>
    </section>
  );
}

function Dates({ span, onChoose }: { span: Span; onChoose: (span: Span) => void }) {
  const [error, setError] = useState('');
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, until] = ['from', 'until'].map((name) => String(form.get(name)) || null) as [string | null, string | null];
    if ([from, until].some((day) => day !== null && !isDay(day))) setError('Please choose days of this century.');
    else if (from === null && until === null) setError('Please choose the first or the last day.');
    else if (from !== null && until !== null && from > until) setError('The first day is after the last.');
    else onChoose({ from, until });
  };
  const field = { type: 'date', min: '2000-01-01', max: '2099-12-31', 'aria-describedby': 'dates-error', 'aria-invalid': error !== '' } as const;
  return (
    <form class="dates" noValidate onSubmit={submit} aria-label="Days of your own">
      <label for="from">From</label>
      <label for="until">Until</label>
      <input id="from" name="from" {...field} defaultValue={span.from ?? ''} />
      <input id="until" name="until" {...field} defaultValue={span.until ?? ''} />
      <button class="plain">Show</button>
      <p class="error" id="dates-error" role="alert">
        {error}
      </p>
    </form>
  );
}

/** Newest first: who looks at the report cares about what is on sale. */
const byDate = (a: Show, b: Show): number => Date.parse(b.starts_at) - Date.parse(a.starts_at);

function Event({ event, events = [], onChoose }: { event: number | null; events: Show[] | undefined; onChoose: (event: number | null) => void }) {
  const isUnknown = event !== null && !events.some(({ id }) => id === event);
  return (
    <div class="event">
      <label for="event">Event</label>
      <select id="event" value={event === null ? '' : String(event)} onChange={({ currentTarget }) => onChoose(currentTarget.value === '' ? null : Number(currentTarget.value))}>
        <option value="">All events</option>
        {isUnknown && <option value={String(event)}>Event {event}</option>}
        {[...events].sort(byDate).map(({ id, name, starts_at, time_zone, archived_at }) => (
          <option key={id} value={String(id)}>
            {name} · {dateAt(starts_at, time_zone)}
            {archived_at !== null && ' · archived'}
          </option>
        ))}
      </select>
    </div>
  );
}

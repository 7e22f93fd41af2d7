// The link-tracking report: `/dashboard/report/`.
import { render } from 'preact';
import { App } from './report/components/app.tsx';
import { LinkReport } from './report/state/link-report.ts';

const root = document.getElementById('report')!;
const { organizer = '', timeZone = 'UTC' } = root.dataset;
const report = new LinkReport(timeZone, location.search);

root.replaceChildren();
render(<App report={report} organizer={organizer} />, root);
void report.read();
addEventListener('popstate', () => report.goTo(location.search));

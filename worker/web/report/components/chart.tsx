import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Sales } from '../state/choice.ts';
import { ticks } from '../state/series.ts';
import { monthText, shortDayText, shortNumber } from '../text.ts';
import type { HistoryDay } from '../wire.ts';

const HEIGHT = 260;
/** Width that the name of a day takes below the chart, in pixels. */
const NAME = 72;

const darkness = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark; the canvas has to be painted anew when that changes. */
function useDarkness(): boolean {
  const [isDark, setIsDark] = useState(darkness.matches);
  useLayoutEffect(() => {
    const follow = () => setIsDark(darkness.matches);
    darkness.addEventListener('change', follow);
    return () => darkness.removeEventListener('change', follow);
  }, []);
  return isDark;
}

/** Views as an area, sales as bars of another scale; says which day is pointed at. */
export function Chart({ days, sales, onPoint }: { days: HistoryDay[]; sales: Sales; onPoint: (index: number | undefined) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const isDark = useDarkness();
  useLayoutEffect(() => {
    const box = place.current!;
    onPoint(undefined);
    const data: uPlot.AlignedData = [days.map((_, index) => index), days.map((day) => day[sales]), days.map(({ views }) => views)];
    const plot = new uPlot(options(box, days, onPoint), data, box);
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [days, sales, isDark]);
  return <div class="chart" ref={place} aria-hidden="true" />;
}

function options(box: HTMLElement, days: HistoryDay[], onPoint: (index: number | undefined) => void): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(name);
  const [soft, line, views, area, sold] = ['--soft', '--line', '--views', '--views-area', '--sold'].map(color) as [string, string, string, string, string];
  const names = days.map(({ day }) => day);
  const shown = (plot: uPlot) => ticks(names, plot.width / NAME);
  const axis: uPlot.Axis = { stroke: soft, font: `12px ${style.fontFamily}`, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  const counts: uPlot.Axis = { ...axis, size: 44, incrs: INCREMENTS, values: (_, splits) => splits.map(shortNumber) };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false, range: [-0.5, days.length - 0.5] },
      views: { range: fromZero },
      sales: { range: fromZero },
    },
    axes: [
      { ...axis, size: 28, grid: { show: false }, splits: (plot) => shown(plot).at, values: (plot, splits) => splits.map((at) => (shown(plot).isByMonth ? monthText : shortDayText)(names[at]!)) },
      { ...counts, scale: 'views' },
      { ...counts, scale: 'sales', side: 1, grid: { show: false } },
    ],
    series: [
      {},
      { scale: 'sales', fill: sold, stroke: sold, width: 0, paths: uPlot.paths.bars!({ size: [0.5, 28] }), points: { show: false } },
      { scale: 'views', stroke: views, width: 2, fill: area, points: { show: days.length < 45, size: 5, fill: views } },
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
  };
}

/** Whole numbers only. */
const INCREMENTS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** A scale that starts at zero, and has room above what is highest. */
const fromZero = (_: uPlot, __: number | null, max: number | null): uPlot.Range.MinMax => [0, Math.max(4, Math.ceil((max ?? 0) * 1.1))];

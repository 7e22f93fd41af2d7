// Money as people read it.
import { NUMBERS } from './text.ts';

/** Currencies whose minor unit is no hundredth, by its decimals, as the core has them. `Intl` rounds some that are rarely minted. */
const DECIMALS: [number, string][] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];
const decimalsOf = (currency: string): number => DECIMALS.find(([, codes]) => codes.includes(currency))?.[0] ?? 2;

const formats = new Map<string, Intl.NumberFormat>();

/** Minor units with the currency's own digits: `€1,250.00`, `JP¥1,200`. The point moves in the text, so nothing is rounded. */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  let format = formats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat(NUMBERS, { style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(currency, format);
  }
  const digits = String(amount).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return format.format(`${digits.slice(0, point)}.${digits.slice(point)}0` as Intl.StringNumericLiteral);
}

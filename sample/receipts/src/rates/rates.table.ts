/** What one euro is worth, in smallest units of each currency per cent. */
const PER_EURO: Readonly<Record<string, number>> = {
  EUR: 1,
  CHF: 0.95,
  GBP: 0.85,
  JPY: 1.6,
  SEK: 11.2,
  USD: 1.1,
};

/** From one currency to another; undefined: one of them is not known. */
export function rateOf(from: string, to: string): number | undefined {
  const [one, other] = [PER_EURO[from], PER_EURO[to]];
  return one === undefined || other === undefined ? undefined : other / one;
}

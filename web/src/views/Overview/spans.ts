// The stretches of time that an overview can show.
export interface Span {
  /** In milliseconds. */
  length: number;
  /** The length of a bar, as a Go duration. */
  step: string;
}

export const spans: Record<'hour' | 'day' | 'week', Span> = {
  hour: { length: 3_600_000, step: '2m' },
  day: { length: 86_400_000, step: '1h' },
  week: { length: 604_800_000, step: '6h' },
};

// What an overview says, as series for a chart and as sums.
import type { Schema } from '../../api/client';

type Step = Schema<'OverviewStep'>;

/** The sum of a member over all steps. */
export function sumOf(steps: Step[], member: 'accepted' | 'delivered' | 'refused' | 'failed'): number {
  return steps.reduce((sum, step) => sum + step[member], 0);
}

/** How many kinds of refusal have a colour of their own. */
const shown = 5;

/** Refusals by kind, the most frequent first; '' holds those that are rare. */
export function refusalsOf(steps: Step[]): { kind: string; values: number[]; sum: number }[] {
  const kinds = [...new Set(steps.flatMap((step) => Object.keys(step.refusals)))];
  const all = kinds.map((kind) => seriesOf(kind, (step) => step.refusals[kind] ?? 0)).sort((a, b) => b.sum - a.sum);
  const rare = all.slice(shown).map((one) => one.kind);
  const others = seriesOf('', (step) => rare.reduce((sum, kind) => sum + (step.refusals[kind] ?? 0), 0));
  return rare.length === 0 ? all : [...all.slice(0, shown), others];

  function seriesOf(kind: string, count: (step: Step) => number) {
    const values = steps.map(count);
    return { kind, values, sum: values.reduce((a, b) => a + b, 0) };
  }
}

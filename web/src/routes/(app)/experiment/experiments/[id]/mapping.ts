import type { Mapping } from '../../experiment.ts';

/** A mapping while it is chosen: an empty text stands for nothing chosen. */
export interface MappingValues {
  unit: string;
  variant: string;
  metrics: Record<string, string>;
  variants: Record<string, string>;
}

export function valuesOf(suggested?: Mapping): MappingValues {
  return {
    unit: suggested?.unit ?? '',
    variant: suggested?.variant ?? '',
    metrics: { ...suggested?.metrics },
    variants: { ...suggested?.variants },
  };
}

const chosen = (record: Record<string, string>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));

export const mappingOf = ({ unit, variant, metrics, variants }: MappingValues): Mapping => ({
  unit,
  variant,
  metrics: chosen(metrics),
  variants: chosen(variants),
});

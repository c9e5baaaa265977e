import type { Condition } from './vectors.ts';

/** `page`: somebody is woken, because users notice. `ticket`: somebody looks in working hours. */
export type Severity = 'page' | 'ticket';

/** An alert and its runbook. */
export interface Alert {
  name: string;
  severity: Severity;
  condition: Condition<never>;
  /** Time for which the condition must hold. */
  lasting: string;
  summary: string;
  description: string;
  runbook: Runbook;
}

/** What the person on call reads. */
export interface Runbook {
  meaning: string;
  /** First thing to look at. */
  look: string;
  remedy: string;
}

interface Given<L extends string> extends Omit<Alert, 'condition' | 'summary' | 'description'> {
  condition: Condition<L>;
  /** One line. @param of puts in the value of a label */
  summary: (of: (label: L) => string) => string;
  /** @param value the measured value, in a form for people */
  description: (value: (form: Form) => string) => string;
}

/** Form of a value in Prometheus' templates. */
type Form = 'number' | 'percent' | 'duration' | 'bytes';

const FORMS: Record<Form, string> = {
  number: '{{ $value | humanize }}',
  percent: '{{ $value | humanizePercentage }}',
  duration: '{{ $value | humanizeDuration }}',
  bytes: '{{ $value | humanize1024 }}B',
};

/** Declares an alert: its text can name only labels that its condition has. */
export function alert<L extends string>(given: Given<L>): Alert {
  return {
    ...given,
    condition: given.condition as unknown as Condition<never>,
    summary: given.summary((label) => `{{ $labels.${label} }}`),
    description: given.description((form) => FORMS[form]),
  };
}

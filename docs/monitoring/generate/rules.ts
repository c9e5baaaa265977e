import { stringify } from 'yaml';

import type { Alert } from './alert.ts';
import { ALERTS } from './all-alerts.ts';

/** Where the package's runbooks are read; a fork or a copy puts in its own address. */
const RUNBOOKS = 'https://unpkg.com/nestjs-buttress/docs/monitoring/README.md';

const HEAD = `# Alerts of services with nestjs-buttress. Generated: see README.md beside this file.
`;

/** The rule file of Prometheus. */
export function rulesYaml(): string {
  const groups = Object.entries(ALERTS).map(([name, alerts]) => ({
    name,
    rules: alerts.map(ruleOf),
  }));
  return HEAD + stringify({ groups }, { lineWidth: 0 });
}

function ruleOf({ name, severity, condition, lasting, summary, description }: Alert): object {
  return {
    alert: name,
    expr: condition.text,
    for: lasting,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${RUNBOOKS}#${name.toLowerCase()}` },
  };
}

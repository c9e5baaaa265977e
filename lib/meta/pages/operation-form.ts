import type { OperationField } from '../../reports/reports.ts';
import type { AvailableOperation } from '../operations/operation.ts';
import { type Html, html } from '../view/html.ts';
import { select } from '../view/select.ts';

/** Form that starts an operation; it needs no script. */
export function operationForm(operation: AvailableOperation): Html {
  const { name, title, summary = '', fields = [], isAllowed, guard, confirmation } = operation;
  if (!isAllowed) {
    return html`<form class="operation" method="get">
      <h3>${title}</h3>
      <p class="hint">${summary}</p>
      <p>
        Not allowed: add <code>'${guard}'</code> to <code>allow</code>, an option of these pages.
      </p>
    </form>`;
  }
  const confirm =
    confirmation === undefined
      ? ''
      : html`<label
          >Type “${confirmation}”<input name="confirm" required autocomplete="off"
        /></label>`;
  const tone = guard === undefined || guard.endsWith('profile') ? 'go' : 'danger';
  return html`<form class="operation" method="post" action="/operations/${name}">
    <h3>${title}</h3>
    <p class="hint">${summary}</p>
    <div class="fields">
      ${fields.map(fieldOf)}${confirm}<button class="${tone}">${title}</button>
    </div>
  </form>`;
}

function fieldOf({
  name,
  label,
  kind,
  choices = [],
  preset,
  isOptional = false,
}: OperationField): Html {
  const value = preset === undefined ? '' : String(preset);
  const required = isOptional || kind === 'flag' ? '' : html` required`;
  if (kind === 'choice') {
    return html`<label>${label}${select(name, choices, value)}</label>`;
  }
  if (kind === 'flag') return html`<label>${label}<input type="checkbox" name="${name}" /></label>`;
  const mode = kind === 'number' ? html` inputmode="decimal"` : '';
  return html`<label>${label}<input name="${name}" value="${value}" ${mode}${required} /></label>`;
}

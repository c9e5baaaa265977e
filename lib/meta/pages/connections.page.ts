import { html } from '../view/html.ts';
import { perWorker } from '../view/parts.ts';
import { reportPage } from './page.ts';
import { serviceView, socketFacts } from './service-view.ts';

/** Services of each worker, with all figures: the page Dependencies merges them. */
export const connectionsPage = reportPage({
  name: 'connections',
  title: 'Connections',
  section: 'Dependencies',
  isListed: false,
  about: 'Services of each worker with all figures. Dependencies has them over all workers.',
  render({ data }) {
    if (data.length === 0) return html`<p class="empty">No service is configured.</p>`;
    return perWorker(
      data,
      (value, worker) =>
        html`${socketFacts([value])}
        ${value.services.map(
          (service, at) =>
            html`<div class="nested">
              <h3>${service.name}</h3>
              ${serviceView(service, `${worker}-${at}`)}
            </div>`,
        )}`,
    );
  },
});

import { dataView } from '../view/data.ts';
import { html } from '../view/html.ts';
import { perWorker } from '../view/parts.ts';
import { reportPage } from './page.ts';

/** Services that the application calls, their addresses, pools and timings. */
export const connectionsPage = reportPage({
  name: 'connections',
  title: 'Connections',
  section: 'Dependencies',
  about: 'Services that the application calls: addresses, health, pools and timings.',
  render({ data }) {
    if (data.length === 0) return html`<p class="empty">No service is configured.</p>`;
    return perWorker(data, (value, worker) => dataView(value, `connections-${worker}`));
  },
});

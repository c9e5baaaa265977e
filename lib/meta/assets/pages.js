// What pages can do where scripts run. Without them everything is there all the same.

import { readyCharts } from './charts.js';
import { live } from './refresh.js';
import { readyTables } from './tables.js';

for (const form of document.querySelectorAll('form[data-confirm]')) {
  form.addEventListener('submit', (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}

readyTables(document);
readyCharts(document);
live();

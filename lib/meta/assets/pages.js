// What pages can do where scripts run: sort, filter, charts that can be read off, live figures.
// Without it everything is there all the same.

const main = document.querySelector('main');
const charts = new Map();
const sorted = new Map();
const filtered = new Map();

/** Values compare as numbers where both are numbers, else as texts. */
function compare(a, b) {
  const [x, y] = [a.dataset.value ?? a.textContent.trim(), b.dataset.value ?? b.textContent.trim()];
  const [n, m] = [Number(x), Number(y)];
  if (x !== '' && y !== '' && !Number.isNaN(n) && !Number.isNaN(m)) return n - m;
  return x.localeCompare(y, undefined, { numeric: true });
}

function applySort(table) {
  const order = sorted.get(table.id);
  if (order === undefined) return;
  const { column, direction } = order;
  const body = table.tBodies[0];
  const rows = [...body.rows].toSorted(
    (a, b) => direction * compare(a.cells[column], b.cells[column]),
  );
  body.append(...rows);
  [...table.tHead.rows[0].cells].forEach((cell, at) => {
    if (at === column) cell.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
    else cell.removeAttribute('aria-sort');
  });
}

function sortBy(table, column, isNumber) {
  const before = sorted.get(table.id);
  // Of numbers the largest come first: those are what people look for.
  const first = isNumber ? -1 : 1;
  const direction = before?.column === column ? -before.direction : first;
  sorted.set(table.id, { column, direction });
  applySort(table);
}

function applyFilter(table) {
  const text = (filtered.get(table.id) ?? '').toLowerCase();
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    row.hidden = text !== '' && !row.textContent.toLowerCase().includes(text);
    if (!row.hidden) shown++;
  }
  return shown;
}

function addFilter(table) {
  const field = document.createElement('div');
  field.className = 'table-filter';
  const label = document.createElement('label');
  label.textContent = 'Filter ';
  const input = document.createElement('input');
  input.type = 'search';
  input.id = `${table.id}-filter`;
  input.value = filtered.get(table.id) ?? '';
  const told = document.createElement('span');
  told.className = 'hint';
  told.setAttribute('role', 'status');
  const show = () => {
    filtered.set(table.id, input.value);
    const shown = applyFilter(table);
    told.textContent = input.value === '' ? '' : `${shown} of ${table.tBodies[0].rows.length} rows`;
  };
  input.addEventListener('input', show);
  label.append(input);
  field.append(label, told);
  table.closest('.scroll').before(field);
  if (input.value !== '') show();
}

function readyTable(table) {
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = cell.textContent;
    button.addEventListener('click', () =>
      sortBy(table, column, cell.classList.contains('number')),
    );
    if (button.textContent !== '') cell.replaceChildren(button);
  });
  applySort(table);
  if ('filter' in table.dataset) addFilter(table);
}

/** uPlot wants columns: times, then each line. */
function columnsOf({ times, series }) {
  return [times, ...series.map(({ values }) => values)];
}

function colourOf(name) {
  const probe = document.createElement('span');
  probe.className = name;
  document.body.append(probe);
  const { color, stroke } = getComputedStyle(probe);
  probe.remove();
  return stroke === 'none' ? color : stroke;
}

function drawChart(figure) {
  const data = JSON.parse(figure.dataset.chart);
  const plot = figure.querySelector('.plot');
  if (window.uPlot === undefined || data.times.length < 2) return;
  const soft = colourOf('unknown');
  const axis = {
    stroke: soft,
    grid: { stroke: colourOf('chart-grid'), width: 0.3 },
    ticks: { width: 0.3 },
    font: '11px system-ui',
  };
  const options = {
    width: plot.clientWidth || 400,
    height: (plot.clientHeight || 170) - 34,
    axes: [axis, { ...axis, size: 52 }],
    scales: {
      y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 1, 1e-6) * 1.08] },
    },
    cursor: { sync: { key: 'pages' }, drag: { x: true, y: false } },
    series: [
      {},
      ...data.series.map(({ label }, at) => ({
        label,
        stroke: colourOf(`line-${at % 6}`),
        width: 1.6,
        points: { show: false },
        value: (_, value) =>
          value === null ? '–' : `${Math.round(value * 100) / 100} ${data.unit}`,
      })),
    ],
  };
  plot.replaceChildren();
  charts.set(figure.id, { figure, chart: new window.uPlot(options, columnsOf(data), plot) });
}

/** A chart that is there goes on with the new figures, so that nothing flickers. */
function keepChart(figure) {
  const known = charts.get(figure.id);
  if (known === undefined) return;
  known.figure.dataset.chart = figure.dataset.chart;
  const data = JSON.parse(figure.dataset.chart);
  if (data.series.length !== known.chart.series.length - 1) {
    known.chart.destroy();
    charts.delete(figure.id);
    return;
  }
  known.chart.setData(columnsOf(data));
  figure.replaceWith(known.figure);
}

function ready(root) {
  for (const table of root.querySelectorAll('table[data-sort]')) readyTable(table);
  for (const figure of root.querySelectorAll('figure[data-chart]')) {
    if (!charts.has(figure.id)) drawChart(figure);
  }
}

/** What a visitor has opened stays open. */
function openDetails() {
  return new Set([...main.querySelectorAll('details[open]')].map(nameOf));
}

function nameOf(details) {
  return details.querySelector('summary')?.textContent ?? '';
}

/** Whoever writes, chooses or marks a text is not disturbed. */
function isBusy() {
  const { activeElement } = document;
  const isWriting =
    activeElement !== null &&
    main.contains(activeElement) &&
    activeElement.matches('input, select, textarea');
  return isWriting || (getSelection()?.toString() ?? '') !== '';
}

function focusables() {
  return [...main.querySelectorAll('a, button, summary, [tabindex]')];
}

function focusKey() {
  const { activeElement } = document;
  if (activeElement === null || !main.contains(activeElement)) return undefined;
  return focusables().indexOf(activeElement);
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser()
    .parseFromString(await answer.text(), 'text/html')
    .querySelector('main');
  if (fresh === null || isBusy()) return;
  const opened = openDetails();
  const focused = focusKey();
  const controls = main.querySelector('[data-controls]');
  if (controls !== null) fresh.querySelector('[data-controls]')?.replaceWith(controls);
  for (const details of fresh.querySelectorAll('details'))
    details.open = opened.has(nameOf(details));
  const top = scrollY;
  const lefts = [...main.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
  main.replaceChildren(...fresh.childNodes);
  main.dataset.refresh = fresh.dataset.refresh;
  for (const figure of main.querySelectorAll('figure[data-chart]')) keepChart(figure);
  ready(main);
  if (focused !== undefined) focusables()[focused]?.focus({ preventScroll: true });
  [...main.querySelectorAll('.scroll')].forEach((box, at) => (box.scrollLeft = lefts[at] ?? 0));
  scrollTo({ top, behavior: 'instant' });
}

function live() {
  const controls = main.querySelector('[data-controls]');
  if (Number(main.dataset.refresh) === 0 || controls === null) return;
  let isPaused = false;
  const button = document.createElement('button');
  button.type = 'button';
  const show = (text) => (button.textContent = text);
  show('Pause');
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    show(isPaused ? 'Resume' : 'Pause');
  });
  controls.append(button);
  const turn = async () => {
    const everyMs = Number(main.dataset.refresh);
    if (everyMs === 0) return;
    // Only the page that someone looks at.
    if (!isPaused && document.visibilityState === 'visible') {
      await refresh().then(
        () => !isPaused && show('Pause'),
        () => show('No answer; trying again'),
      );
    }
    setTimeout(turn, everyMs);
  };
  setTimeout(turn, Number(main.dataset.refresh));
}

function resize() {
  for (const { figure, chart } of charts.values()) {
    const plot = figure.querySelector('.plot');
    if (plot !== null && plot.clientWidth > 0)
      chart.setSize({ width: plot.clientWidth, height: chart.height });
  }
}

for (const form of document.querySelectorAll('form[data-confirm]')) {
  form.addEventListener('submit', (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}

ready(main);
live();
addEventListener('resize', resize);

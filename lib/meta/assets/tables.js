// Tables: sorting and filtering, kept over refreshes and in the fragment of the address.

const sorted = new Map();
const filtered = new Map();

/** Reads what a link or a reload brings along: `#sort.ID=2,-1&filter.ID=text`. */
function restore() {
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    const [what, id] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
    if (what === 'filter') filtered.set(id, value);
    const [column, direction] = value.split(',').map(Number);
    if (what === 'sort' && Number.isInteger(column) && Math.abs(direction) === 1) {
      sorted.set(id, { column, direction });
    }
  }
}

function keep() {
  const kept = new URLSearchParams();
  for (const [id, { column, direction }] of sorted)
    kept.set(`sort.${id}`, `${column},${direction}`);
  for (const [id, text] of filtered) if (text !== '') kept.set(`filter.${id}`, text);
  const hash = kept.size === 0 ? '' : `#${kept}`;
  history.replaceState(history.state, '', location.pathname + location.search + hash);
}

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
  const heads = [...table.tHead.rows[0].cells];
  if (heads[column] === undefined) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].toSorted(
    (a, b) => direction * compare(a.cells[column], b.cells[column]),
  );
  // A row that is in its place already is not moved: it would lose focus.
  rows.forEach((row, at) => {
    if (body.rows[at] !== row) body.insertBefore(row, body.rows[at] ?? null);
  });
  heads.forEach((cell, at) => {
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
  keep();
}

function applyFilter(table) {
  const text = filtered.get(table.id) ?? '';
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    row.hidden = text !== '' && !row.textContent.toLowerCase().includes(text.toLowerCase());
    if (!row.hidden) shown++;
  }
  const status = document.getElementById(`${table.id}-shown`);
  if (status === null) return;
  status.textContent = text === '' ? '' : `${shown} of ${table.tBodies[0].rows.length} rows`;
}

function addFilter(table) {
  const field = document.createElement('div');
  field.className = 'table-filter';
  field.dataset.own = '';
  field.id = `${table.id}-filter-field`;
  const label = document.createElement('label');
  label.textContent = 'Filter ';
  const input = document.createElement('input');
  input.type = 'search';
  input.id = `${table.id}-filter`;
  input.value = filtered.get(table.id) ?? '';
  input.addEventListener('input', () => {
    filtered.set(table.id, input.value);
    applyFilter(table);
    keep();
  });
  const status = document.createElement('span');
  status.className = 'hint';
  status.id = `${table.id}-shown`;
  status.setAttribute('role', 'status');
  label.append(input);
  field.append(label, status);
  table.closest('.scroll').before(field);
}

function addButtons(table) {
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    if (cell.textContent === '' || cell.querySelector('button') !== null) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = cell.textContent;
    button.addEventListener('click', () =>
      sortBy(table, column, cell.classList.contains('number')),
    );
    cell.replaceChildren(button);
  });
}

/** Prepares tables that are new, and orders those that got new rows. */
export function readyTables(root) {
  for (const table of root.querySelectorAll('table[data-sort]')) {
    addButtons(table);
    if ('filter' in table.dataset && document.getElementById(`${table.id}-filter`) === null) {
      addFilter(table);
    }
    applySort(table);
    applyFilter(table);
  }
}

restore();

// Charts that can be read off and zoomed, where the drawing of the server can only be looked at.

const charts = new Map();

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

const two = (number) => String(number).padStart(2, '0');

/** Time of day on a 24-hour clock. */
function clock(seconds) {
  const at = new Date(seconds * 1_000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function shortClock(seconds, span) {
  return span > 600 ? clock(seconds).slice(0, 5) : clock(seconds);
}

function heightOf(plot) {
  return Math.max(210, plot.clientHeight || 0);
}

/** Lines at the times of events. */
function drawMarks(chart, marks, colour) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  for (const { at } of marks) {
    const x = chart.valToPos(at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function optionsFor(known, plot) {
  const { data } = known;
  const axis = {
    stroke: colourOf('unknown'),
    grid: { stroke: colourOf('chart-grid'), width: 0.5 },
    ticks: { width: 0.5 },
    font: '11px system-ui',
  };
  const markColour = colourOf('mark');
  // Without a cursor, the latest.
  const latest = (line) => known.chart?.data[line].at(-1);
  const valueOf = (value) =>
    value === null || value === undefined ? '–' : `${Math.round(value * 100) / 100} ${data.unit}`;
  return {
    width: plot.clientWidth || 400,
    height: heightOf(plot),
    axes: [
      { ...axis, values: (chart, times) => times.map((at) => shortClock(at, spanOf(chart))) },
      { ...axis, size: 56 },
    ],
    scales: {
      y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 1, 1e-6) * 1.08] },
    },
    cursor: { sync: { key: 'pages' }, drag: { x: true, y: false } },
    hooks: {
      draw: [(chart) => drawMarks(chart, known.data.marks, markColour)],
      setSelect: [() => (known.isZoomed = true)],
    },
    series: [
      { label: 'Time', value: (_, at) => clock(at ?? latest(0) ?? data.times.at(-1)) },
      ...data.series.map(({ label }, at) => ({
        label,
        stroke: colourOf(`line-${at % 6}`),
        width: 1.6,
        points: { show: false },
        value: (_, value, line, index) => valueOf(index === null ? latest(line) : value),
      })),
    ],
  };
}

function spanOf({ scales: { x } }) {
  return (x.max ?? 0) - (x.min ?? 0);
}

function draw(figure) {
  const data = JSON.parse(figure.dataset.chart);
  const plot = figure.querySelector('.plot');
  if (window.uPlot === undefined || data.times.length < 2) return;
  plot.replaceChildren();
  const known = { figure, data, isZoomed: false };
  known.chart = new window.uPlot(optionsFor(known, plot), columnsOf(data), plot);
  // A double click leads back to the whole range.
  plot.addEventListener('dblclick', () => (known.isZoomed = false));
  charts.set(figure.id, known);
}

/** Labels and unit, which uPlot takes once: lines that change their order are new ones. */
function legendOf({ unit, series }) {
  return JSON.stringify([unit, series.map(({ label }) => label)]);
}

function update(known, figure) {
  const data = JSON.parse(figure.dataset.chart);
  if (legendOf(data) !== legendOf(known.data)) {
    known.chart.destroy();
    charts.delete(figure.id);
    return draw(figure);
  }
  known.data = data;
  // A part that a visitor has zoomed into stays in view.
  const { min, max } = known.chart.scales.x;
  known.chart.setData(columnsOf(data), !known.isZoomed);
  if (known.isZoomed) known.chart.setScale('x', { min, max });
}

/** Draws charts that are new, and goes on with those that got new figures. */
export function readyCharts(root) {
  for (const [id, { figure, chart }] of charts) {
    if (document.getElementById(id) === figure) continue;
    chart.destroy();
    charts.delete(id);
  }
  for (const figure of root.querySelectorAll('figure[data-chart]')) {
    const known = charts.get(figure.id);
    if (known === undefined) draw(figure);
    else update(known, figure);
  }
}

/** Whether a node is the plot of a chart that goes on. */
export function isPlotOfChart(node) {
  return node instanceof HTMLElement && node.matches('.plot') && charts.has(node.parentElement?.id);
}

addEventListener('resize', () => {
  for (const { figure, chart } of charts.values()) {
    const plot = figure.querySelector('.plot');
    if (plot !== null && plot.clientWidth > 0)
      chart.setSize({ width: plot.clientWidth, height: chart.height });
  }
});

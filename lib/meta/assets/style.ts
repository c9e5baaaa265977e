/** Colours and sizes. Colours of text have a contrast of at least 4.5. */
const TOKENS = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #14171c);
  --card: light-dark(#ffffff, #1c2027);
  --edge: light-dark(#dde1e8, #2d333d);
  --text: light-dark(#1b2430, #e4e8ee);
  --soft: light-dark(#566172, #9aa5b5);
  --accent: light-dark(#1d5fa8, #7ab5f5);
  --good: light-dark(#1a7044, #63c795);
  --fair: light-dark(#8a5600, #e5ad4f);
  --poor: light-dark(#b3261e, #ff8f85);
  --good-back: light-dark(#e2f3ea, #173326);
  --fair-back: light-dark(#fdf0d9, #3a2d14);
  --poor-back: light-dark(#fce4e2, #42201d);
  --line-0: light-dark(#1d5fa8, #7ab5f5);
  --line-1: light-dark(#c4620a, #f0a050);
  --line-2: light-dark(#1f8a5a, #63c795);
  --line-3: light-dark(#8a3ba8, #c792ea);
  --line-4: light-dark(#a61e4d, #f783ac);
  --line-5: light-dark(#5c6b00, #c0d04a);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
`;

const FRAME = `
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); min-height: 100vh; background: var(--page); color: var(--text); }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .15em; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
nav { padding: 1.2rem 0 2rem; border-right: 1px solid var(--edge); background: var(--card); position: sticky; top: 0; height: 100vh; overflow-y: auto; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .22rem 1.2rem; color: var(--text); text-decoration: none; border-left: 3px solid transparent; }
nav a:hover { background: var(--page); }
nav a[aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; background: var(--page); }
.brand { margin: 0 0 1rem; font-size: 1.15rem; font-weight: 700; letter-spacing: -.01em; }
.nav-count { float: right; min-width: 1.3rem; padding: 0 .35rem; border-radius: 99px; background: var(--poor-back); color: var(--poor); font-size: .78rem; font-weight: 600; text-align: center; }
nav.tabs { position: static; height: auto; padding: 0; margin: .2rem 0 .6rem; border: 0; border-bottom: 1px solid var(--edge); background: none; overflow-x: auto; } nav.tabs ul { display: flex; } nav.tabs a { padding: .3rem .9rem; border: 0; border-bottom: 3px solid transparent; white-space: nowrap; } nav.tabs a[aria-current] { border-color: var(--accent); background: none; }
.masthead { display: flex; flex-wrap: wrap; gap: .1rem .5rem; margin: 0 0 .6rem; color: var(--soft); font-size: .9rem; } .masthead span + span::before { content: '·'; margin-right: .5rem; } .masthead strong { color: var(--text); }
.age { position: sticky; top: 0; z-index: 1; margin: 0 0 .8rem; padding: .4rem .9rem; border-radius: 6px; background: var(--fair-back); color: var(--fair); font-weight: 600; } .stale .tile-value, .stale td, .stale .plot { opacity: .55; }
main { padding: 1.6rem 2rem 4rem; min-width: 0; max-width: 100rem; }
header h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.02em; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
h3 { margin: 1.2rem 0 .4rem; font-size: 1rem; }
.about { margin: .1rem 0 .4rem; color: var(--soft); max-width: 60rem; }
.meta, .hint, .empty { color: var(--soft); margin: .3rem 0 1rem; }
.meta > * { margin-right: 1rem; }
.choices { display: flex; flex-wrap: wrap; gap: .4rem 2rem; margin: 0 0 1rem; }
.choice, .range { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; align-items: center; }
.choice a, .range a { padding: .15rem .7rem; border: 1px solid var(--edge); border-radius: 99px; background: var(--card); text-decoration: none; }
.choice a[aria-current], .range a[aria-current] { background: var(--accent); color: var(--card); border-color: var(--accent); }
article.worker { margin-top: 1.4rem; padding: 0 1rem 1rem; border: 1px solid var(--edge); border-radius: 8px; background: color-mix(in srgb, var(--card) 60%, transparent); }
.nested { margin: .4rem 0 .4rem .6rem; padding-left: .8rem; border-left: 2px solid var(--edge); }
.good { color: var(--good); } .fair { color: var(--fair); } .poor { color: var(--poor); } .unknown { color: var(--soft); }
`;

const PARTS = `
.tiles { list-style: none; margin: 1rem 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(9.6rem, 1fr)); gap: .7rem; }
.tile { display: flex; flex-direction: column; padding: .7rem .9rem; background: var(--card); border: 1px solid var(--edge); border-top: 3px solid var(--edge); border-radius: 8px; color: var(--text); }
.tile.good { border-top-color: var(--good); } .tile.fair { border-top-color: var(--fair); } .tile.poor { border-top-color: var(--poor); }
.tile-label { font-size: .85rem; } .tile-label a { color: var(--soft); text-decoration: none; } .tile-label a:hover { text-decoration: underline; }
.tile-value { font-size: 1.3rem; font-weight: 600; letter-spacing: -.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile-note { font-size: .85rem; color: var(--soft); min-height: 1.3em; }
.spark { width: 100%; height: 1.75rem; display: block; margin-top: .3rem; }
.lane { width: 100%; min-width: 14rem; height: 1rem; display: block; border-radius: 3px; }
.cell.idle { fill: var(--good-back); background: var(--good-back); } .cell.some { fill: color-mix(in srgb, var(--good) 45%, var(--good-back)); background: color-mix(in srgb, var(--good) 45%, var(--good-back)); } .cell.busy { fill: var(--line-1); background: var(--line-1); } .cell.blocked { fill: var(--poor); background: var(--poor); } .cell.booting { fill: color-mix(in srgb, var(--line-2) 45%, var(--edge)); background: color-mix(in srgb, var(--line-2) 45%, var(--edge)); } .cell.unknown { fill: var(--edge); background: var(--edge); }
.lane-link { display: block; } .lane-key { color: var(--soft); font-size: .82rem; margin: .2rem 0; } span.cell { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-left: .6rem; }
.incidents { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .4rem; }
.incident { padding: .5rem .9rem; border-radius: 6px; border-left: 4px solid var(--edge); background: var(--card); }
.incident.poor { background: var(--poor-back); border-color: var(--poor); } .incident.fair { background: var(--fair-back); border-color: var(--fair); }
.incident a { color: inherit; font-weight: 600; } .incident p { margin: .1rem 0; overflow-wrap: anywhere; } .incident details { margin-top: .2rem; } .incident .next a { margin-right: 1rem; font-weight: 400; }
.incident.poor .unit, .incident.fair .unit { color: inherit; } .ended summary { color: var(--soft); }
.all-well { margin: 1rem 0; padding: .5rem .9rem; border-radius: 6px; background: var(--good-back); color: var(--good); border-left: 4px solid; }
.badge { display: inline-block; padding: 0 .55rem; border-radius: 99px; font-size: .8rem; font-weight: 600; background: var(--edge); color: var(--text); }
.badge.good { background: var(--good-back); color: var(--good); } .badge.fair { background: var(--fair-back); color: var(--fair); } .badge.poor { background: var(--poor-back); color: var(--poor); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .1rem 1.6rem; margin: .6rem 0; }
.facts > div { display: flex; justify-content: space-between; gap: 1rem; padding: .25rem 0; border-bottom: 1px solid var(--edge); }
.facts dt { color: var(--soft); } .facts dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts > div:has(code) { grid-column: 1 / -1; }
meter { width: 5rem; height: .8rem; vertical-align: middle; }
code, pre { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { overflow: auto; max-height: 26rem; padding: .7rem; background: var(--page); border: 1px solid var(--edge); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
details summary { cursor: pointer; overflow-wrap: anywhere; }
`;

const TABLES = `
.scroll { overflow-x: auto; margin: .6rem 0 1rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .93rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .38rem .8rem; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; } tbody tr:hover { background: color-mix(in srgb, var(--accent) 6%, transparent); }
th { font-weight: 600; color: var(--soft); font-size: .82rem; white-space: nowrap; vertical-align: bottom; }
td.number, td.moment, td.state { white-space: nowrap; } td.number, th.number { text-align: right; }
td code { overflow-wrap: anywhere; } td.text { min-width: 9rem; max-width: 40rem; overflow-wrap: break-word; }
td .message { white-space: pre-wrap; overflow-wrap: anywhere; }
th button { all: unset; cursor: pointer; } th button:hover { text-decoration: underline; } th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: ' ▲'; } th[aria-sort=descending] button::after { content: ' ▼'; }
.filter, .table-filter { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; margin: .6rem 0; }
.table-filter + .scroll { margin-top: 0; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: .25rem .6rem; max-width: 100%; }
button { cursor: pointer; } button.go { background: var(--accent); color: var(--card); border-color: var(--accent); } button.danger { background: var(--poor); color: var(--card); border-color: var(--poor); }
[data-controls] button { font-size: .85rem; padding: 0 .6rem; }
form.operation { padding: .9rem 1rem; margin: .6rem 0; border: 1px solid var(--edge); border-radius: 8px; background: var(--card); display: grid; gap: .5rem; align-content: start; }
form.operation h3, form.operation p { margin: 0; } form.operation .fields { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; }
form.operation label { display: grid; gap: .15rem; font-size: .85rem; color: var(--soft); } form.operation label input, form.operation label select { font-size: 1rem; color: var(--text); }
.operations { display: grid; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); gap: 0 1rem; }
`;

const PICTURES = `
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); gap: .8rem; margin: 1rem 0; }
figure { margin: 0; padding: .7rem .9rem; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; min-width: 0; }
.plot { min-height: 12.5rem; } .tick { fill: var(--soft); font-size: 10px; text-anchor: middle; } .tick.end { text-anchor: end; } .grid { stroke: var(--edge); stroke-width: .6; } .chart .mark { stroke-dasharray: 3 3; opacity: .7; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0 0; padding: 0; font-size: .8rem; color: var(--soft); } .key { display: inline-block; width: .8rem; height: .2rem; margin-right: .35rem; vertical-align: middle; }
.key-0 { background: var(--line-0); } .key-1 { background: var(--line-1); } .key-2 { background: var(--line-2); } .key-3 { background: var(--line-3); } .key-4 { background: var(--line-4); } .key-5 { background: var(--line-5); }
figcaption { font-size: .88rem; font-weight: 600; margin-bottom: .3rem; } .unit { color: var(--soft); font-weight: 400; }
.plot > svg { width: 100%; height: auto; display: block; }
.line { fill: none; stroke-width: 1.8; vector-effect: non-scaling-stroke; }
.line-0 { stroke: var(--line-0); } .line-1 { stroke: var(--line-1); } .line-2 { stroke: var(--line-2); } .line-3 { stroke: var(--line-3); } .line-4 { stroke: var(--line-4); } .line-5 { stroke: var(--line-5); }
.chart-grid { color: var(--edge); }
.u-legend { font-size: .8rem; color: var(--soft); } .u-legend th, .u-legend td { border: 0; padding: 0 .2rem; white-space: nowrap; } .u-legend tr:hover { background: none; } .uplot .u-axis { color: var(--soft); } .uplot { font: inherit; width: 100%; }
.histogram svg { width: 100%; max-width: 60rem; height: 9rem; display: block; } .bar { fill: var(--line-0); } .mark { stroke: var(--poor); stroke-width: 1; } .mark-label { fill: var(--poor); font-size: 9px; text-anchor: middle; }
.scale { display: flex; justify-content: space-between; margin: 0; max-width: 60rem; color: var(--soft); font-size: .8rem; }
.graph path { fill: none; stroke: var(--soft); stroke-width: 1; opacity: .7; } .graph rect, .states rect { fill: var(--page); stroke: var(--accent); } .graph .global rect { stroke: var(--soft); stroke-dasharray: 3 2; }
.graph text, .states text { fill: var(--text); font: 12px ui-monospace, Menlo, Consolas, monospace; text-anchor: middle; } .states .small { font-size: 10px; fill: var(--soft); } .states svg { width: 100%; max-width: 46rem; }
.transition { fill: none; stroke: var(--soft); stroke-width: 1.3; } .arrow-head { fill: var(--soft); }
.timeline { min-width: 15.5rem; } .timeline svg { display: block; } .whole { fill: var(--edge); } .steps { font-size: .82rem; color: var(--soft); }
.step-0 { fill: var(--line-0); } .step-1 { fill: var(--line-1); } .step-2 { fill: var(--line-2); } .step-3 { fill: var(--line-3); } .step-4 { fill: var(--line-4); } .step-5 { fill: var(--line-5); }
`;

const SMALL = `
@media (max-width: 52rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--edge); padding: .8rem 0; display: flex; overflow-x: auto; gap: .2rem; align-items: center; }
  nav ul { display: flex; } .nav-count { float: none; } .brand { margin: 0; }
  nav a { padding: .3rem .7rem; white-space: nowrap; border-left: 0; border-bottom: 3px solid transparent; }
  main { padding: 1rem 1rem 3rem; } .tiles { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); } .charts, .operations { grid-template-columns: minmax(0, 1fr); }
  .tile-value { font-size: 1.2rem; }
}
@media (prefers-reduced-motion: no-preference) { .badge, .tile, .incident { transition: background .3s, border-color .3s; } }
@media print { nav, .skip, [data-controls] { display: none; } body { display: block; } }
`;

/** Classes of single pages: overload, dependencies, one request, metrics, columns per worker. */
const SINGLE_PAGES = `
.flow { list-style: none; margin: 1rem 0 .4rem; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1.6rem; }
.flow li { position: relative; padding: .7rem .9rem; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; min-width: 0; } .flow li:not(:last-child)::after { content: '→'; position: absolute; right: -1.35rem; top: 40%; color: var(--soft); }
.flow h2 { margin: 0; font-size: 1rem; } .flow-value { margin: 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; } .flow-unit { margin: 0 0 .5rem; color: var(--soft); font-size: .85rem; }
.flow dl { margin: 0; font-size: .88rem; } .flow dl div { display: flex; justify-content: space-between; gap: .8rem; border-top: 1px solid var(--edge); padding: .15rem 0; } .flow dt { color: var(--soft); } .flow dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.endpoints { list-style: none; margin: 0; padding: 0; display: grid; gap: .3rem; } .endpoints li { display: flex; flex-wrap: wrap; gap: .15rem .5rem; align-items: center; } .endpoints .hint { margin: 0; font-size: .85rem; } .endpoints code { white-space: nowrap; } .endpoints.routes { min-width: 9rem; } .endpoints.routes code { white-space: normal; overflow-wrap: anywhere; } td .endpoints:not(.routes) { min-width: 17rem; }
.codes summary { overflow-wrap: normal; } .pairs { margin: 0; font-size: .88rem; } .pairs div { display: flex; justify-content: space-between; gap: .8rem; white-space: nowrap; } .pairs dt { color: var(--soft); } .pairs dd { margin: 0; }
form.inline { display: inline; margin: 0; } form.inline button { font-size: .82rem; padding: 0 .5rem; white-space: nowrap; }
.waterfall td:first-child { min-width: 12rem; } .waterfall td:last-child, .waterfall th:last-child { width: 55%; min-width: 16rem; padding-left: 0; padding-right: 1.6rem; } .bar-of-time { width: 100%; height: 1rem; display: block; } .bar-of-time .tick { stroke: var(--edge); stroke-width: 2; }
.axis { display: flex; justify-content: space-between; } .axis > span { flex: 0 0 0; white-space: nowrap; display: flex; justify-content: center; } .axis > span:first-child { justify-content: flex-start; } .axis > span:last-child { justify-content: flex-end; }
.swatch { width: .7rem; height: .7rem; } .time-admission { fill: var(--line-3); } .time-own { fill: color-mix(in srgb, var(--soft) 55%, var(--edge)); } .time-blocked { fill: var(--poor); }
th { white-space: normal; } td.text { min-width: 3rem; } th, td { padding-left: .45rem; padding-right: .45rem; } td meter { width: 3.5rem; } strong code { font-weight: 700; } td.code { min-width: 7rem; } td.code > code { overflow-wrap: break-word; }
.id code { display: inline-block; max-width: 9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: text-bottom; }
.statistics table { font-size: .85rem; } .statistics .name { display: inline-block; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; } .statistics .name code { white-space: nowrap; } .statistics td { white-space: nowrap; }
.histogram svg { height: auto; }
.columns th[scope=row] { position: sticky; left: 0; background: var(--card); text-align: left; } .columns td { min-width: 9rem; } .columns tr.differs > * { background: var(--fair-back); } .columns td.odd { color: var(--fair); font-weight: 600; } .columns code { overflow-wrap: anywhere; }
.per-worker { margin: .4rem 0; padding: .4rem .8rem; border: 1px solid var(--edge); border-radius: 8px; }
h1, h2, figcaption { overflow-wrap: anywhere; }
@media (max-width: 52rem) { .flow { gap: .8rem; } .flow li:not(:last-child)::after { display: none; } }
`;

/** Flame graphs and heat of lines. */
const PROFILES = `
.flame { display: block; } .flame text { fill: #14171c; font: 11px ui-monospace, Menlo, Consolas, monospace; pointer-events: none; } .flame g:hover rect { stroke: var(--text); stroke-width: 1; }
.flame-app { fill: #f0a050; background: #f0a050; } .flame-package { fill: #e8cf6d; background: #e8cf6d; } .flame-node { fill: #8fc3a0; background: #8fc3a0; } .flame-engine { fill: #b7bfca; background: #b7bfca; }
.heat { list-style: none; margin: .3rem 0; padding: 0; } .heat li { display: grid; grid-template-columns: 5.5rem 8rem 4rem; gap: .5rem; align-items: center; } .heat svg { width: 100%; height: .7rem; }
`;

/** Stylesheet of the pages: light and dark, for large screens and phones. */
export const STYLE = TOKENS + FRAME + PARTS + TABLES + PICTURES + SINGLE_PAGES + PROFILES + SMALL;

import type { Place } from './layout.ts';
import type { Panel } from './panel.ts';

/** The source that the variable of the dashboard names. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** What differs between the kinds of panels. */
interface Look {
  type: string;
  options: object;
  custom: object;
  format: 'time_series' | 'heatmap' | 'table';
  isInstant: boolean;
}

const SERIES = {
  type: 'timeseries',
  options: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  format: 'time_series',
  isInstant: false,
} as const;

const LINE = { drawStyle: 'line', lineWidth: 1, showPoints: 'never', spanNulls: false };
const STACK = { stacking: { mode: 'normal', group: 'A' } };

const LOOKS: Record<Panel['kind'], Look> = {
  lines: { ...SERIES, custom: { ...LINE, fillOpacity: 0 } },
  areas: { ...SERIES, custom: { ...LINE, fillOpacity: 25, ...STACK } },
  steps: { ...SERIES, custom: { ...LINE, lineInterpolation: 'stepAfter', fillOpacity: 10 } },
  heatmap: {
    type: 'heatmap',
    options: {
      calculate: false,
      cellGap: 1,
      color: { mode: 'scheme', scheme: 'Oranges', scale: 'exponential', exponent: 0.5, steps: 64 },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      tooltip: { mode: 'single', yHistogram: false },
      yAxis: { axisPlacement: 'left', unit: 's' },
    },
    custom: {},
    format: 'heatmap',
    isInstant: false,
  },
  tile: {
    type: 'stat',
    options: {
      colorMode: 'value',
      graphMode: 'area',
      justifyMode: 'auto',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'value',
    },
    custom: {},
    format: 'time_series',
    isInstant: false,
  },
  table: {
    type: 'table',
    options: { showHeader: true, cellHeight: 'sm' },
    custom: {},
    format: 'table',
    isInstant: true,
  },
};

export function panelJson(panel: Panel, place: Place): object {
  const { title, description, lines, kind } = panel;
  const { type, options, format, isInstant } = LOOKS[kind];
  return {
    ...place,
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: { defaults: defaultsOf(panel), overrides: [] },
    options,
    targets: lines.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      legendFormat: legend,
      format,
      range: !isInstant,
      instant: isInstant,
    })),
    ...(kind === 'table' ? { transformations: [WITHOUT_TIME] } : {}),
  };
}

const WITHOUT_TIME = {
  id: 'organize',
  options: { excludeByName: { Time: true }, indexByName: {}, renameByName: { Value: 'instances' } },
};

function defaultsOf({ unit, kind, thresholds, isLowBad = false }: Panel): object {
  const { custom } = LOOKS[kind];
  const isTile = kind === 'tile';
  return {
    unit,
    ...(isTile ? {} : { min: 0 }),
    color: { mode: isTile ? 'thresholds' : 'palette-classic' },
    custom: { ...custom, ...(thresholds === undefined || isTile ? {} : LIMIT_LINES) },
    thresholds: { mode: 'absolute', steps: stepsOf(thresholds, isLowBad) },
  };
}

const LIMIT_LINES = { thresholdsStyle: { mode: 'dashed' } };

function stepsOf(thresholds: Panel['thresholds'], isLowBad: boolean): object[] {
  const [first, ...later] = isLowBad ? ['red', 'green'] : ['green', 'orange', 'red'];
  const steps = later.map((color, index) => ({ color, value: thresholds?.[index] }));
  const given = steps.filter(({ value }) => value !== undefined);
  return [{ color: first, value: null }, ...given];
}

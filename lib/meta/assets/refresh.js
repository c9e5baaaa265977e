// Refreshing in place: focus, selection, open details, zoom and filters stay.

import { isPlotOfChart, readyCharts } from './charts.js';
import { readyTables } from './tables.js';

const main = document.querySelector('main');

/** Periods without an answer after which figures count as old. */
const LATE_PERIODS = 3;

let isPointerDown = false;
let isPaused = false;
let answeredAt = Date.now();
/** What the server said of the latest try; empty: it answered. */
let trouble = '';

/** Leaves alone what scripts have made or a visitor has changed. */
const callbacks = {
  beforeNodeMorphed(now, next) {
    if (isPlotOfChart(now)) return false;
    // The text of a head became a button, with the same text.
    if (now.nodeName === 'TH' && now.querySelector('button') !== null) {
      return now.textContent !== next.textContent;
    }
    if (now.nodeName === 'DETAILS' && next instanceof HTMLElement) next.open = now.open;
    if (now.nodeName === 'TR' && next instanceof HTMLElement) next.hidden = now.hidden;
    return !isOwn(now);
  },
  beforeNodeRemoved: (node) => !isOwn(node),
};

function isOwn(node) {
  return node instanceof HTMLElement && ('own' in node.dataset || 'controls' in node.dataset);
}

function replace(fresh) {
  // Without the library, as in a bundle, the page is replaced as a whole.
  if (window.Idiomorph === undefined) main.replaceChildren(...fresh.childNodes);
  else {
    window.Idiomorph.morph(main, fresh.innerHTML, {
      morphStyle: 'innerHTML',
      ignoreActiveValue: true,
      restoreFocus: true,
      callbacks,
    });
  }
  main.dataset.refresh = fresh.dataset.refresh;
  readyTables(main);
  readyCharts(main);
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) {
    trouble =
      answer.status === 404
        ? 'This is gone: it will not be updated.'
        : `Answered ${answer.status}.`;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('main');
  // What is pressed must stay under the pointer until it is released.
  if (fresh === null || isPointerDown) return;
  answeredAt = Date.now();
  trouble = '';
  replace(fresh);
  const [nav, freshNav] = [document.querySelector('nav'), page.querySelector('nav')];
  if (window.Idiomorph !== undefined && nav !== null && freshNav !== null) {
    window.Idiomorph.morph(nav, freshNav.innerHTML, { morphStyle: 'innerHTML' });
  }
}

/** Time since the server made these figures: a tab may have slept meanwhile. */
function showAge(banner, everyMs) {
  const ageMs = Date.now() - answeredAt;
  const isLate = ageMs > LATE_PERIODS * everyMs;
  banner.hidden = !isLate;
  main.classList.toggle('stale', isLate);
  const seconds = Math.round(ageMs / 1_000);
  const why = isPaused ? 'Paused.' : trouble || 'No answer; trying again.';
  banner.textContent = isLate ? `These figures are ${seconds} s old. ${why}` : '';
}

function addControls(controls, everyMs) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Pause';
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    button.textContent = isPaused ? 'Resume' : 'Pause';
  });
  const banner = document.createElement('p');
  banner.className = 'age';
  banner.dataset.own = '';
  banner.id = 'age';
  banner.hidden = true;
  banner.setAttribute('role', 'status');
  controls.append(button);
  main.prepend(banner);
  setInterval(() => showAge(banner, everyMs), 1_000);
}

/** Refreshes the page while someone looks at it. */
export function live() {
  const controls = main.querySelector('[data-controls]');
  const periodMs = Number(main.dataset.refresh);
  if (periodMs === 0 || controls === null) return;
  addControls(controls, periodMs);
  addEventListener('pointerdown', () => (isPointerDown = true), true);
  for (const end of ['pointerup', 'pointercancel']) {
    // After the click that follows.
    addEventListener(end, () => setTimeout(() => (isPointerDown = false)), true);
  }
  const turn = async () => {
    const everyMs = Number(main.dataset.refresh);
    if (everyMs === 0) return;
    if (!isPaused && document.visibilityState === 'visible') {
      await refresh().catch(() => (trouble = ''));
    }
    setTimeout(turn, everyMs);
  };
  setTimeout(turn, periodMs);
}

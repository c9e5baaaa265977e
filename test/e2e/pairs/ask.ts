import { expect } from 'vitest';

import type { PairAnswer } from '../../fixtures/pairs/pairs.controller.ts';
import {
  type About,
  expectSteps,
  type FeatureName,
  HEADERS,
  refusalOf,
  TRACE_ID,
} from './expected.ts';
import type { PairApp, Route } from './pair-app.ts';
import type { Asked } from './traces-left.ts';

/** What leads to the features other than a route. */
export const SURFACES = ['pair', 'own', 'message', 'raw'] as const;

export type Surface = (typeof SURFACES)[number];

/** Routes whose answer has begun when their handler fails. */
const BEGUN: ReadonlySet<Route> = new Set(['stream', 'events']);

/** Routes that nobody limits the time of. */
const ENDLESS: ReadonlySet<Route> = new Set(['endless', 'events']);

/**
 * Asks for features, one within the other, and checks all that the answer says.
 *
 * @returns what was asked; undefined: it was refused, as it should be
 */
export async function askRoute(
  app: PairApp,
  route: Route,
  names: readonly FeatureName[],
): Promise<Asked | undefined> {
  const id = `${route}:${names.join('+')}`;
  const refusal = refusalOf(names);
  if (refusal !== undefined && BEGUN.has(route)) return undefined;
  const reply = await app.ask(route, names, { headers: { ...HEADERS, 'x-request-id': id } });
  const { status, body } = reply;
  if (refusal !== undefined) {
    const { message } = JSON.parse(body) as { message: string };
    const expected = { id, status: 500, message: expect.stringContaining(refusal) };
    expect({ id, status, message }).toEqual(expected);
    return undefined;
  }
  expect({ id, status, body: status < 300 || body }).toEqual({
    id,
    status: route === 'upload' ? 201 : 200,
    body: true,
  });
  expect(reply.headers['x-request-id']).toBe(id);
  const { steps } = answerOf(route, body);
  expectSteps(steps, names, { id, hasDeadline: !ENDLESS.has(route), traceId: TRACE_ID });
  return { id, names, steps };
}

/** Asks for features by another way than a route, and checks all that the answer says. */
export async function askSurface(
  app: PairApp,
  surface: Surface,
  names: readonly FeatureName[],
): Promise<void> {
  const by: About['by'] = surface === 'pair' ? 'detach' : 'run';
  const answer = await answerBy(app, surface, names.join(','));
  if (answer === undefined) return;
  if (refusalOf(names, by) !== undefined) {
    expect({ surface, names, answer }).toEqual({
      surface,
      names,
      answer: expect.objectContaining({ status: 'error' }),
    });
    return;
  }
  const about = { id: 'none of these', hasDeadline: true, traceId: expect.any(String), by };
  expectSteps(answer.steps, names, about);
}

function answerBy(app: PairApp, surface: Surface, names: string): Promise<PairAnswer | undefined> {
  switch (surface) {
    case 'pair':
    case 'own':
      return app.askGateway(surface, names);
    case 'message':
      return app.askMessage(names);
    case 'raw':
      return app.askRaw(names, `raw:${names}`);
  }
}

function answerOf(route: Route, body: string): PairAnswer {
  const json = route === 'events' ? (body.split('data: ')[1] ?? '') : body;
  return JSON.parse(json) as PairAnswer;
}

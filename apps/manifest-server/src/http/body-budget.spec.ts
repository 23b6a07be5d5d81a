import { expect, it } from '@jest/globals';
import { BodyBudget } from './body-budget.js';
import { ProblemError } from './problem.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('lets requests wait for room, in their order', async () => {
  const budget = new BodyBudget(10);
  const order: string[] = [];
  const first = await budget.take(8);
  const second = budget.take(9).then((give) => (order.push('second'), give));
  const third = budget.take(1).then((give) => (order.push('third'), give));
  await turn();
  expect(order).toEqual([]);
  first();
  first();
  await turn();
  expect(order).toEqual(['second', 'third']);
  (await second)();
  (await third)();
  // One that is larger than everything is read alone.
  (await budget.take(100))();
});

it('refuses a request that has waited too long, and lets the next ones go on', async () => {
  const budget = new BodyBudget(10, 20);
  const give = await budget.take(5);
  const large = budget.take(10);
  await expect(large).rejects.toBeInstanceOf(ProblemError);
  await expect(large).rejects.toMatchObject({ problem: { status: 503 }, headers: { 'retry-after': '5' } });
  (await budget.take(5))();
  give();
});

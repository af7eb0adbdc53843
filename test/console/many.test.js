// A hundred thousand messages: how long the console takes, beside its limits.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { test } from 'node:test';
import { open, visit } from './kit/browser.js';
import { folder, official, run, sendOfficial, start } from './kit/muban.js';

const count = 100_000;
const limits = { paint: 1000, reaction: 200 }; // milliseconds

/** How messages end, in the proportion of a bad day. */
function end(i, otherwise) {
  if (i % 50 === 7) return 'failed';
  return i % 20 === 3 ? 'refused' : otherwise;
}

/** An export with one message becomes one with many, older and older. */
async function multiply(from, to) {
  const lines = readFileSync(from, 'utf8').trimEnd().split('\n');
  const last = JSON.parse(lines.pop());
  const hash = createHash('sha256');
  const out = createWriteStream(to);
  const put = async (line) => {
    hash.update(`${line}\n`);
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  };
  for (const line of lines) {
    await put(line);
    const { table, row } = JSON.parse(line);
    if (table !== 'messages') continue;
    for (let i = 1; i < count; i++) {
      const other = { seq: row.seq - i * 4, accepted_at: row.accepted_at - i * 1000, state: end(i, row.state) };
      await put(JSON.stringify({ table, row: { ...row, ...other } }));
    }
    last.end.rows.messages += count - 1;
  }
  last.end.sha256 = hash.digest('hex');
  out.end(`${JSON.stringify(last)}\n`);
  await once(out, 'finish');
}

async function manyMessages(t) {
  const place = folder(t);
  const first = await start(t, ['dev', '--data', `${place}/one`]);
  assert.equal((await sendOfficial(first.base)).errcode, 0);
  await first.stop();
  await run('export', '--data', `${place}/one`, '--out', `${place}/one.jsonl`);
  await multiply(`${place}/one.jsonl`, `${place}/many.jsonl`);
  await run('import', '--data', `${place}/many`, '--in', `${place}/many.jsonl`);
  return (await start(t, ['dev', '--data', `${place}/many`])).base;
}

/** Milliseconds from the navigation's start until the first row is painted. */
function firstRow(page, row) {
  return page.evaluate(
    (selector) =>
      new Promise((done) => {
        const look = () => (document.querySelector(selector) ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look));
        look();
      }),
    row,
  );
}

/** Milliseconds from an act in the page until a condition holds and is painted. */
function reaction(page, act, holds) {
  return page.evaluate(
    ([doIt, isDone]) =>
      new Promise((done) => {
        const act = new Function(doIt);
        const holds = new Function(`return ${isDone}`);
        const began = performance.now();
        act();
        const look = () => (holds() ? requestAnimationFrame(() => done(performance.now() - began)) : requestAnimationFrame(look));
        look();
      }),
    [act, holds],
  );
}

/**
 * How much longer than its own work this process needs, because others use the
 * machine: 1 where it has a core to itself.
 */
function crowding() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let used = 0;
  while (used < 60) {
    const { user, system } = process.cpuUsage(cpu);
    used = (user + system) / 1000;
  }
  return Math.max(1, (performance.now() - began) / used);
}

/**
 * Measures, at most five times, until it is within the limit. The limit is for a
 * machine that does nothing else; where others use it, it is as much longer as
 * everything is.
 */
async function within(what, limit, measure) {
  const tries = [];
  let held = false;
  while (tries.length < 5 && !held) {
    const before = crowding();
    const took = await measure();
    const crowded = (before + crowding()) / 2;
    held = took < limit * crowded;
    tries.push(`${Math.round(took)} ms${crowded < 1.2 ? '' : ` on a machine ${crowded.toFixed(1)} times slowed down by others`}`);
  }
  console.log(`${what}: ${tries.join('; ')} (limit ${limit} ms)`);
  assert.ok(held, `${what} took ${tries.join('; ')}; the limit is ${limit} ms`);
}

const rows = '.rows li a';

/** The first visit of somebody new: nothing is in the browser's cache. */
async function firstVisit(t, browser, base, path, selector) {
  const page = await visit(t, browser, base, path);
  const took = await firstRow(page, selector);
  await page.close();
  return took;
}

test('the demo data: the first paint', async (t) => {
  const { base } = await start(t);
  await sendOfficial(base);
  const browser = await open(t);
  await within('first row, demo data', limits.paint, () => firstVisit(t, browser, base, '/messages', rows));
});

test(`${count} messages: first paint, filter, scroll`, async (t) => {
  const base = await manyMessages(t);
  const browser = await open(t);
  await within('first row, 100,000 messages', limits.paint, () => firstVisit(t, browser, base, '/messages', rows));
  await within('first card on the phone', limits.paint, () => firstVisit(t, browser, base, `/phone/${official.app}/${official.user}`, '.screen .card'));

  const page = await visit(t, browser, base, '/messages');
  await page.locator(rows).first().waitFor();
  const choose = (label, value) =>
    `const s = [...document.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith('${label}')).querySelector('select');
     s.value = '${value}'; s.dispatchEvent(new Event('change', { bubbles: true }));`;
  const all = (condition) => `(() => { const r = [...document.querySelectorAll('${rows}')].map((a) => a.textContent); return r.length > 5 && ${condition}; })()`;
  const every = (word) => all(`r.every((text) => text.includes('${word}'))`);
  const mixed = all("r.some((text) => text.includes('已送达'))");
  const back = () => reaction(page, choose('状态', ''), mixed);

  for (const [value, word] of [
    ['failed', '失败'],
    ['refused', '被用户拒收'],
  ]) {
    await within(`filter by state: ${value}`, limits.reaction, async () => {
      const took = await reaction(page, choose('状态', value), every(word));
      await back();
      return took;
    });
  }
  await within('without a filter', limits.reaction, async () => {
    await reaction(page, choose('状态', 'failed'), every('失败'));
    return back();
  });
  await within('filter by app and state', limits.reaction, async () => {
    await reaction(page, choose('应用', official.app), mixed);
    const took = await reaction(page, choose('状态', 'failed'), every('失败'));
    await back();
    await reaction(page, choose('应用', ''), mixed);
    return took;
  });

  const scroll = `document.querySelector('.rows .box').scrollTop += 4000`;
  const moved = `(() => { const b = document.querySelector('.rows .box'); const first = Number(document.querySelector('.rows li').dataset.index);
     return Math.abs(first - b.scrollTop / 58) < 20 && document.querySelectorAll('.rows li').length > 8; })()`;
  for (let i = 1; i <= 5; i++) await within(`scroll ${i}`, limits.reaction, () => reaction(page, scroll, moved));

  const held = await page.locator('.rows li').count();
  assert.ok(held < 60, `${held} rows are in the page; only those in sight may be`);
});

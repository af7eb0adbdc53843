// Every view: in both languages, light and dark, wide and at 360 px, without
// serious findings of axe; and a picture of each for people to look at.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { narrow, open, sees, visit, wide } from './kit/browser.js';
import { alipay, api, mini, mintForm, official, sendEncrypted, sendMini, sendOfficial, start } from './kit/muban.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.MUBAN_PICTURES;

/** A sandbox in which something happened. */
async function lively(t) {
  const { base } = await start(t);
  await sendEncrypted(base, '来自密文');
  const grant = await mintForm(base);
  await sendMini(base, grant, { emphasis_keyword: 'keyword1.DATA' });
  await sendMini(base, grant); // refused: 41029
  await sendOfficial(base, { url: 'https://example.com/order/1' });
  await sendOfficial(base);
  return base;
}

/** What the navigation leads to, and what is below it. */
async function paths(base) {
  const [message] = (await api(base, 'GET', '/api/v1/messages')).items;
  const [grant] = (await api(base, 'GET', `/api/v1/apps/${mini.app}/grants`)).items;
  const apps = (await api(base, 'GET', '/api/v1/apps')).items;
  const [call] = (await api(base, 'GET', '/api/v1/calls?refused=true')).items;
  const [encrypted] = (await api(base, 'GET', `/api/v1/calls?app_id=${alipay.app}`)).items;
  return [
    `/messages/${message.id}`,
    `/calls/${call.id}`,
    `/calls/${encrypted.id}`,
    `/templates/${mini.template}?app=${mini.app}`,
    '/library/wechat-mini/AT0002',
    '/library/wechat-oa',
    `/grants/${grant.id}?app=${mini.app}`,
    '/apps?new=baidu',
    ...apps.map((app) => `/apps/${app.app_id}`),
    `/phone/${official.app}/${official.user}`,
    `/phone/${official.app}/${official.user}?as=person`,
    `/phone/MubanDemoBaiduAppKey000000000003`,
    `/phone/${mini.app}/${mini.user}`,
    `/phone/${mini.app}/${mini.user}?message=${(await api(base, 'GET', `/api/v1/messages?app_id=${mini.app}`)).items[0].id}`,
  ];
}

async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter((found) => found.impact === 'serious' || found.impact === 'critical')
    .map((found) => `${found.id}: ${found.help}: ${found.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
}

/** Waits until the view has said what it will: nothing is being fetched any more. */
async function settled(page) {
  await page.locator('main h1').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

for (const dark of [false, true]) {
  for (const size of [wide, narrow]) {
    const name = `${dark ? 'dark' : 'light'}, ${size.width} px`;
    test(`every view, ${name}`, async (t) => {
      const base = await lively(t);
      const page = await visit(t, await open(t), base, '/messages', { dark, size });
      await page.locator('nav a').first().waitFor();
      const views = await page.locator('nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      const wrong = [];
      for (const path of [...views, ...(await paths(base))]) {
        await page.goto(base + path, { waitUntil: 'load' });
        await settled(page);
        if (pictures) await picture(page, path, dark, size);
        wrong.push(...(await findings(page)).map((found) => `${path}: ${found}`));
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > size.width) wrong.push(`${path} is ${width} px wide in a window of ${size.width}`);
      }
      assert.deepEqual(wrong, []);
    });
  }
}

for (const dark of [false, true]) {
  test(`what opens over the page, ${dark ? 'dark' : 'light'}`, async (t) => {
    const base = await lively(t);
    const page = await visit(t, await open(t), base, `/phone/${mini.app}/${mini.user}`, { dark, size: narrow });
    const wrong = [];
    const look = async (name) => {
      await page.getByRole('dialog').waitFor();
      await settled(page);
      if (pictures) await picture(page, `dialog-${name}`, dark, narrow);
      wrong.push(...(await findings(page)).map((found) => `${name}: ${found}`));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: '提交表单' }).click();
    await page.getByRole('button', { name: '用它发送' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: '物品名称' }).waitFor();
    await look('send');
    await page.getByTitle('沙箱时间').click();
    await look('clock');
    assert.deepEqual(wrong, []);
  });
}

async function picture(page, path, dark, size) {
  mkdirSync(pictures, { recursive: true });
  const name = path.replace(/^\//, '').replace(/[^\w]+/g, '-').slice(0, 40);
  await page.screenshot({ path: `${pictures}/${name}-${dark ? 'dark' : 'light'}-${size.width}.png` });
}

test('the browser’s language first, then the chosen one', async (t) => {
  const base = await lively(t);
  const browser = await open(t);
  const chinese = await visit(t, browser, base, '/messages', { locale: 'zh-CN' });
  await chinese.getByRole('heading', { name: '消息', exact: true }).waitFor();
  assert.equal(await chinese.evaluate(() => document.documentElement.lang), 'zh-CN');

  const english = await visit(t, browser, base, '/messages', { locale: 'de-DE' });
  await english.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
  await english.getByRole('button', { name: /切换到中文/ }).click();
  await english.getByRole('heading', { name: '消息', exact: true }).waitFor();
  await english.reload();
  await english.getByRole('heading', { name: '消息', exact: true }).waitFor();
});

test('dark when chosen, whatever the system says', async (t) => {
  const base = await lively(t);
  const page = await visit(t, await open(t), base, '/messages');
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: '外观：跟随系统' }).click();
  await page.getByRole('button', { name: '外观：浅色' }).click();
  await page.getByRole('button', { name: '外观：深色' }).waitFor();
  assert.notEqual(await ground(), light);
});

test('without a mouse', async (t) => {
  const base = await lively(t);
  const page = await visit(t, await open(t), base, '/messages');
  await page.getByRole('link', { name: /购买成功通知/ }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '跳到内容');
  await page.locator('li[data-index="0"] a').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.activeElement.closest('li')?.dataset.index === '1');
  await page.keyboard.press('Enter');
  await sees(page, '这条消息的一生');
});

import type { Text } from '../../i18n/language.svelte';

export const words = {
  title: { zh: '第一条模板消息，三步', en: 'A first template message in three steps' },
  one: { zh: '用户做了一件事', en: 'A user does something' },
  oneText: {
    zh: '提交一张带 report-submit 的表单，或支付一笔订单。这产生一个凭证：给这位用户发消息的权利，七天有效。',
    en: 'Submits a form that has report-submit, or pays an order. That makes a grant: the right to send to this user, for seven days.',
  },
  two: { zh: '你的服务器发送', en: 'Your server sends' },
  twoText: {
    zh: '用 access_token 调用平台的发送接口，带上凭证和模板数据。只需把客户端的域名换成这里的地址。',
    en: 'It calls the platform’s send with an access_token, the grant and the template’s data. Only the host of its client is changed to this one.',
  },
  three: { zh: '消息出现在用户的手机上', en: 'It appears on the user’s phone' },
  threeText: {
    zh: '在“手机”里看卡片，在“消息”里看它的一生；被拒绝的调用会说明原因。',
    en: 'See the card under Phone and its life under Messages; a call that was refused says why.',
  },
  doIt: { zh: '替我做这三步', en: 'Do all three for me' },
  doing: { zh: '正在进行…', en: 'Working…' },
  serve: {
    zh: '应用的 secret 只有你的服务器知道，所以第一条消息由它来发：',
    en: 'Only your server knows the app’s secret, so it sends the first message:',
  },
} satisfies Record<string, Text>;

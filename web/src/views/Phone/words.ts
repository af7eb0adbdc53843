import type { Text } from '../../i18n/language.svelte';

export const words = {
  name: { zh: '手机', en: 'Phone' },
  lead: { zh: '像用户一样看消息，像用户一样操作', en: 'See messages as a user does, and act as that user' },
  noApps: { zh: '还没有应用。', en: 'There is no app yet.' },
  noUsers: { zh: '这个应用还没有用户。', en: 'This app has no users yet.' },
  addUser: { zh: '新建用户', en: 'Add a user' },
  inbox: { zh: '消息中心', en: 'Message centre' },
  service: { zh: '服务通知', en: '服务通知 Service notifications' },
  thisApp: { zh: '这个应用的消息', en: 'This app’s messages' },
  allApps: { zh: '此人在所有应用的消息', en: 'This person’s messages in all apps' },
  show: { zh: '显示', en: 'Show' },
  places: { zh: '消息出现的位置', en: 'Where messages appear' },
  empty: { zh: '没有消息', en: 'No messages' },
  emptyHere: {
    zh: '还没有消息到达这里。',
    en: 'No message has reached this place.',
  },
  older: { zh: '更早的消息', en: 'Older messages' },
  act: { zh: '以用户的身份操作', en: 'Act as this user' },
  submit: { zh: '提交表单', en: 'Submit a form' },
  reportSubmit: { zh: '表单带有 report-submit', en: 'The form has report-submit' },
  noGrant: {
    zh: '没有产生凭证：表单没有声明 report-submit，平台不会给 form_id（seed 001 步骤二）。',
    en: 'No grant was made: without report-submit the form gives no form_id (seed 001, step two).',
  },
  pay: { zh: '支付订单', en: 'Pay an order' },
  payDirect: { zh: '支付直连订单', en: 'Pay a direct order' },
  noGrantsHere: {
    zh: '公众号不需要凭证：关注者随时可以收到模板消息。',
    en: 'Official accounts need no grant: a follower can be sent to at any time.',
  },
  grants: { zh: '产生的凭证', en: 'Grants made' },
  until: { zh: '有效期至', en: 'good until' },
  send: { zh: '用它发送', en: 'Send with it' },
  sendNow: { zh: '给此用户发送', en: 'Send to this user' },
  settings: { zh: '这位用户', en: 'This user' },
  blocked: { zh: '拒收此应用的消息', en: 'Blocks this app’s messages' },
  following: { zh: '关注此公众号', en: 'Follows this account' },
  fails: { zh: '发给此用户的消息都失败', en: 'Every message to this user fails' },
  bar: { zh: '手机显示通知栏消息', en: 'The phone shows notifications' },
  loggedIn: { zh: '已登录百度（scene_id 末位 1，否则 0）', en: 'Logged in to Baidu (scene_id ends in 1, otherwise 0)' },
  leads: { zh: '点击后', en: 'A tap' },
  ios: { zh: 'iOS', en: 'iOS' },
  android: { zh: 'Android', en: 'Android' },
  details: { zh: '消息详情', en: 'Message details' },
  closed: { zh: '返回', en: 'Back' },
  login: { zh: '登录，取得 code', en: 'Log in for a code' },
  loginCode: {
    zh: '登录 code：用平台的 code2session 换取用户 id，五分钟内有效，只能用一次',
    en: 'Login code: the platform’s code2session exchanges it for the user’s ids; good once, for five minutes',
  },
  messages: { zh: '给此用户的消息', en: 'Messages to this user' },
  calls: { zh: '与此用户有关的调用', en: 'Calls about this user' },
  findUser: { zh: '用户 id', en: 'User id' },
} satisfies Record<string, Text>;

export const uses = (n: number): Text => ({ zh: `可发送 ${n} 次`, en: n === 1 ? 'one send' : `${n} sends` });

export const unread = (n: number): Text => ({ zh: `${n} 条未读`, en: `${n} unread` });

/** Where a tap leads. */
export const leads = {
  page: (page: string): Text => ({ zh: `打开小程序页面 ${page}`, en: `opens the mini program’s page ${page}` }),
  program: (app: string, page: string): Text => ({
    zh: `打开小程序 ${app}${page === '' ? ' 的首页' : ` 的页面 ${page}`}`,
    en: `opens the mini program ${app}${page === '' ? '' : ` at ${page}`}`,
  }),
  url: (url: string): Text => ({ zh: `打开网页 ${url}`, en: `opens the web page ${url}` }),
  oldClient: (url: string): Text => ({ zh: `不支持小程序的旧版微信打开网页 ${url}`, en: `an old WeChat without mini programs opens ${url}` }),
  blank: { zh: '进入一个空白页面（seed 004：url 置空）', en: 'opens a blank page (seed 004: empty url)' } as Text,
  dead: { zh: '无法点击（seed 004：url 置空）', en: 'cannot be tapped (seed 004: empty url)' } as Text,
  nowhere: { zh: '没有跳转：发送时没有 page', en: 'leads nowhere: it was sent without a page' } as Text,
};

import type { Text } from '../i18n/language.svelte';

export const words = {
  views: { zh: '视图', en: 'Views' },
  skip: { zh: '跳到内容', en: 'Skip to the content' },
  language: { zh: 'EN: switch to English', en: '中：切换到中文' },
  system: { zh: '外观：跟随系统', en: 'Appearance: as the system' },
  light: { zh: '外观：浅色', en: 'Appearance: light' },
  dark: { zh: '外观：深色', en: 'Appearance: dark' },
  offline: { zh: '服务器没有应答，正在重连', en: 'The server does not answer; trying again' },
  clockTitle: { zh: '沙箱时间', en: 'Sandbox time' },
  clockOpen: { zh: '沙箱时间：前进或冻结', en: 'Sandbox time: move it on or hold it' },
  clockLead: {
    zh: '规则、到期、限额与重试都以它为准。只能向前；前进途中到期的事情会依次发生。',
    en: 'Rules, expiry, limits and retries go by it. It only moves forward; what falls due on the way happens, in order.',
  },
  twoHours: { zh: '2 小时', en: '2 hours' },
  oneDay: { zh: '1 天', en: '1 day' },
  sevenDays: { zh: '7 天', en: '7 days' },
  ownStep: { zh: '自定时长', en: 'A duration of your own' },
  advance: { zh: '前进', en: 'Advance' },
  freeze: { zh: '冻结时间', en: 'Freeze time' },
  run: { zh: '让时间继续走', en: 'Let time run' },
  running: { zh: '在走', en: 'running' },
  frozen: { zh: '已冻结', en: 'frozen' },
  token: { zh: '管理员令牌', en: 'Admin token' },
  tokenLead: {
    zh: '这个 Muban 是用 muban serve 启动的。它的管理员令牌只保存在这个标签页里。',
    en: 'This Muban runs as muban serve. Its admin token is kept in this tab only.',
  },
  tokenWrong: { zh: '服务器不接受这个令牌。', en: 'The server does not accept this token.' },
  enter: { zh: '进入', en: 'Enter' },
  unknown: { zh: '这里没有页面', en: 'There is no page here' },
} satisfies Record<string, Text>;

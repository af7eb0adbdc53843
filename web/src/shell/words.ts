import type { Text } from '../i18n/language.svelte';

export const words = {
  views: { zh: '视图', en: 'Views' },
  skip: { zh: '跳到内容', en: 'Skip to the content' },
  language: { zh: 'Switch to English', en: '切换到中文' },
  system: { zh: '外观：跟随系统', en: 'Appearance: as the system' },
  light: { zh: '外观：浅色', en: 'Appearance: light' },
  dark: { zh: '外观：深色', en: 'Appearance: dark' },
  offline: { zh: '服务器没有应答，正在重连', en: 'The server does not answer; trying again' },
  clock: { zh: '沙箱时间不是现在', en: 'Sandbox time is not now' },
  frozen: { zh: '已冻结', en: 'frozen' },
  token: { zh: '管理员令牌', en: 'Admin token' },
  tokenLead: {
    zh: '这台 Muban 以 muban serve 运行。它的管理员令牌只保存在这个标签页里。',
    en: 'This Muban runs as muban serve. Its admin token is kept in this tab only.',
  },
  tokenWrong: { zh: '服务器不接受这个令牌。', en: 'The server does not accept this token.' },
  enter: { zh: '进入', en: 'Enter' },
  unknown: { zh: '这里没有页面', en: 'There is no page here' },
} satisfies Record<string, Text>;

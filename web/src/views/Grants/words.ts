import type { Text } from '../../i18n/language.svelte';

export const words = {
  name: { zh: '凭证', en: 'Grants' },
  lead: { zh: '用户的动作给出的发送权：谁的、还能用几次、到何时', en: 'The rights to send that users’ actions made: whose, how many uses are left, until when' },
  filters: { zh: '筛选凭证', en: 'Filter grants' },
  user: { zh: '用户的任一 id', en: 'Any id of the user' },
  mint: { zh: '产生凭证', en: 'Mint grants' },
  none: { zh: '没有符合的凭证', en: 'No grants match' },
  noApps: { zh: '这里没有小程序。凭证来自小程序用户的动作，公众号发送不用凭证。', en: 'There is no mini program here. Grants come from what its users do; an official account sends without.' },
  spendable: { zh: '可用', en: 'spendable' },
  spent: { zh: '已用完', en: 'spent' },
  expired: { zh: '已过期', en: 'expired' },
  soon: { zh: '24 小时内到期', en: 'ending within 24 hours' },
  left: { zh: '剩余', en: 'left' },
  kind: { zh: '动作', en: 'Action' },
  uses: { zh: '可用次数', en: 'Uses' },
  issued: { zh: '产生于', en: 'Issued' },
  expires: { zh: '到期', en: 'Ends' },
  spentBy: { zh: '用于这些消息', en: 'Spent by these messages' },
  notSpent: { zh: '还没有用过', en: 'Not spent yet' },
  count: { zh: '数量', en: 'How many' },
  id: { zh: '自定 id（数量为 1 时）', en: 'Your own id (with one only)' },
  noUsers: { zh: '这个应用还没有用户，先到“手机”里新建一个。', en: 'This app has no users yet. Make one in Phone first.' },
  minted: { zh: '已产生', en: 'Minted' },
  calls: { zh: '用到它的调用', en: 'Calls that name it' },
  phone: { zh: '在手机上看这个用户', en: 'See this user’s phone' },
} satisfies Record<string, Text>;

/** How many of the grants that were minted are not shown. */
export const others = (n: number): Text => ({ zh: `还有 ${n} 个，都在列表里`, en: `and ${n} more, all of them in the list` });

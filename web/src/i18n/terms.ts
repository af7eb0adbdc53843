// What several views say: the words of Muban and of its platforms.
import type { Text } from './language.svelte';

export const platforms: Record<string, Text> = {
  'wechat-mini': { zh: '微信小程序', en: 'WeChat Mini' },
  'wechat-oa': { zh: '微信公众号', en: 'WeChat OA' },
  baidu: { zh: '百度智能小程序', en: 'Baidu' },
  alipay: { zh: '支付宝小程序', en: 'Alipay' },
};

export const states: Record<string, Text> = {
  accepted: { zh: '已受理', en: 'accepted' },
  delivered: { zh: '已送达', en: 'delivered' },
  refused: { zh: '被用户拒收', en: 'refused' },
  failed: { zh: '失败', en: 'failed' },
  pending: { zh: '待推送', en: 'pending' },
};

/** The states of a keyword request. */
export const reviews: Record<string, Text> = {
  pending: { zh: '待审核', en: 'pending' },
  approved: { zh: '已通过', en: 'approved' },
  rejected: { zh: '已驳回', en: 'rejected' },
};

export const reasons: Record<string, Text> = {
  user_block: { zh: '用户拒收', en: 'the user blocks the app' },
  system_failed: { zh: '系统失败', en: 'system failed' },
};

export const kinds: Record<string, Text> = {
  form: { zh: '表单', en: 'form' },
  payment: { zh: '支付', en: 'payment' },
  order: { zh: '直连订单', en: 'order' },
};

export const channels: Record<string, Text> = {
  message_center: { zh: '消息中心', en: 'Message centre' },
  search_panel: { zh: '搜索面板', en: 'Search panel' },
  notification_bar: { zh: '通知栏', en: 'Notification bar' },
};

/** What the platform calls a grant of this kind. */
export function grantName(platform: string, kind: string): string {
  switch (platform) {
    case 'wechat-mini':
      return kind === 'form' ? 'form_id' : 'prepay_id';
    case 'baidu':
      return 'scene_id';
    case 'alipay':
      return kind === 'form' ? 'form_id' : 'trade_no';
    default:
      return 'id';
  }
}

export const terms = {
  app: { zh: '应用', en: 'App' },
  user: { zh: '用户', en: 'User' },
  template: { zh: '模板', en: 'Template' },
  grant: { zh: '凭证', en: 'Grant' },
  message: { zh: '消息', en: 'Message' },
  callback: { zh: '事件推送', en: 'Callback' },
  call: { zh: '调用', en: 'Call' },
  state: { zh: '状态', en: 'State' },
  title: { zh: '标题', en: 'Title' },
  all: { zh: '全部', en: 'All' },
  close: { zh: '关闭', en: 'Close' },
  cancel: { zh: '取消', en: 'Cancel' },
  remove: { zh: '删除', en: 'Delete' },
  save: { zh: '保存', en: 'Save' },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制', en: 'Copied' },
  notCopied: { zh: '未能复制', en: 'Not copied' },
  selectIt: { zh: '浏览器不让复制，请选中后复制', en: 'The browser does not let it be copied: select it instead' },
  more: { zh: '更多', en: 'More' },
  loading: { zh: '读取中…', en: 'Loading…' },
  retry: { zh: '重试', en: 'Try again' },
  unanswered: { zh: '服务器没有应答', en: 'The server does not answer' },
  nothing: { zh: '没有符合的内容', en: 'Nothing matches' },
} satisfies Record<string, Text>;

/** How often a callback was attempted. */
export const attempts = (n: number): Text => ({ zh: `${n} 次尝试`, en: n === 1 ? '1 attempt' : `${n} attempts` });

import type { Text } from '../../i18n/language.svelte';

export const words = {
  name: { zh: '模板库', en: 'Library' },
  lead: { zh: '平台的公共标题：挑选关键词，做成应用自己的模板', en: 'The platform’s public titles: pick keywords and make an app’s own template' },
  filters: { zh: '查找标题', en: 'Find titles' },
  platform: { zh: '平台', en: 'Platform' },
  search: { zh: '标题或编号', en: 'Title or id' },
  searchHint: { zh: '例如：购买', en: 'for example 购买' },
  titles: { zh: '标题', en: 'Titles' },
  newTitle: { zh: '新增标题', en: 'New title' },
  keywordsCount: { zh: '个关键词', en: 'keywords' },
  keywords: { zh: '可选关键词', en: 'Keywords to pick' },
  pickHint: { zh: '按卡片上的先后顺序点选', en: 'Pick them in the order that the card shows' },
  picked: { zh: '已选', en: 'Picked' },
  up: { zh: '上移', en: 'Move up' },
  down: { zh: '下移', en: 'Move down' },
  unpick: { zh: '去掉', en: 'Take out' },
  noneYet: { zh: '还没有选关键词', en: 'No keywords picked yet' },
  preview: { zh: '消息的样子', en: 'How messages will look' },
  toApp: { zh: '加到应用', en: 'Add to app' },
  add: { zh: '添加模板', en: 'Add the template' },
  noApp: { zh: '这个平台还没有应用，先新建一个。', en: 'There is no app on this platform yet; make one first.' },
  newApp: { zh: '新建应用', en: 'Make an app' },
  remove: { zh: '删除标题', en: 'Delete the title' },
  removeText: { zh: '模板库里不再有这个标题；用它做成的模板保持不变。', en: 'The library loses this title. Templates that were made from it stay as they are.' },
  ours: { zh: '编号由 Muban 给出，与真实平台不同', en: 'Numbered by Muban, not by the real platform' },
  origin: { zh: 'Muban 编号', en: 'Muban’s number' },
  industries: { zh: '行业', en: 'Industry' },
  id: { zh: '编号（可选）', en: 'Id (optional)' },
  title: { zh: '标题', en: 'Title' },
  keywordLines: { zh: '关键词，每行一个', en: 'Keywords, one a line' },
  keywordLinesHint: { zh: '写成“名称：示例”', en: 'As “name: example”' },
  keywordLinesSample: { zh: '购买地点：北京\n购买时间：2026-11-21', en: '购买地点：Beijing\n购买时间：2026-11-21' },
  content: { zh: '正文', en: 'Content' },
  contentHint: { zh: '占位符写成 {{name.DATA}}', en: 'Placeholders are written {{name.DATA}}' },
  example: { zh: '示例（正文填好的样子）', en: 'Example (the content filled in)' },
  primary: { zh: '一级行业', en: 'First-level industry' },
  deputy: { zh: '二级行业', en: 'Second-level industry' },
  make: { zh: '新增', en: 'Add' },
} satisfies Record<string, Text>;

/** How many may be picked, in words. */
export function between(least: number, most: number): Text {
  return { zh: `需要 ${least} 到 ${most} 个`, en: `${least} to ${most} are needed` };
}

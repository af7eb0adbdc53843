// What templates are made of on each platform (seeds 001 and 003).

/** How few and how many keywords a template may have. */
export const keywordCounts: Record<string, { least: number; most: number }> = {
  'wechat-mini': { least: 1, most: 10 },
  baidu: { least: 2, most: 6 },
  alipay: { least: 1, most: 10 },
};

/** Whether a platform's titles are finished texts, not words to pick. */
export function finished(platform: string): boolean {
  return keywordCounts[platform] === undefined;
}

/** The content and example that a template of these keywords has. */
export function contentOf(keywords: { name: string; example: string }[]): { content: string; example: string } {
  return {
    content: keywords.map((k, i) => `${k.name}{{keyword${i + 1}.DATA}}`).join('\n'),
    example: keywords.map((k) => `${k.name}:${k.example}`).join('\n'),
  };
}

// Fails the build when the console grows past what a first visit may load.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limit = 200_000;
const folder = new URL('../../internal/console/dist/', import.meta.url);

let total = 0;
for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!name.isFile()) continue;
  const size = gzipSync(readFileSync(`${name.parentPath}/${name.name}`)).length;
  console.log(`${String(size).padStart(7)} bytes compressed  ${name.name}`);
  total += size;
}
console.log(`${String(total).padStart(7)} of ${limit} bytes`);
if (total > limit) {
  console.error(`the console is ${total} bytes compressed; its budget is ${limit}`);
  process.exit(1);
}

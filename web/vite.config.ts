import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The calls that a console page makes go to a running `muban dev`.
const server = process.env.MUBAN_SERVER ?? 'http://127.0.0.1:8080';
const served = ['/api', '/cgi-bin', '/oauth', '/rest', '/sns', '/gateway.do', '/v3', '/healthz'];

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../internal/console/dist',
    emptyOutDir: true,
    // light-dark() must reach the browser as it is written.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // What is built in goes out under its authors' licences.
    license: { fileName: 'licenses.md' },
    // One script and one style, under names that stay: the server tells their
    // versions apart by ETag, and a change is a change of one committed file.
    rollupOptions: {
      output: {
        entryFileNames: 'console.js',
        assetFileNames: 'console.[ext]',
        codeSplitting: false,
      },
    },
  },
  server: { proxy: Object.fromEntries(served.map((path) => [path, { target: server }])) },
});

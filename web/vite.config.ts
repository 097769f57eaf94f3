import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const server = process.env.BROWNOUT_URL ?? 'http://127.0.0.1:7117'

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // A data: URL in a style sheet or a script would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.ts'] },
})

import { defineConfig } from 'vitest/config'

// The browser tests start a server and a browser each; they need the built app and the binary, not Vite.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    fileParallelism: false,
  },
})

import { defineConfig } from 'vitest/config'

// The browser tests start a server and a browser each; they need the built app and the binary, not Vite.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Generous, so that a busy machine fails no test; together they take well under a minute on an idle one.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})

import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

/** Beside each text of the build, what is sent of it to whoever takes it compressed: nobody compresses while it is asked for. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    // Vite's own plugins write to the chunks before.
    order: 'post',
    handler(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!/\.(?:js|css|svg)$/.test(fileName)) continue
        const text = file.type === 'chunk' ? file.code : file.source
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(text) })
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(text, { level: 9 }) })
      }
    },
  },
})

/** Every address in the build is relative: the server says by `<base>` where the console lies. */
export default defineConfig({
  base: './',
  plugins: [react(), compressed()],
  build: {
    target: 'es2023',
    // An asset in a style would need `data:` in the policy for every kind of content.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // Of every package that is in the build: `npm run notices` reads it, and nobody serves it.
    license: { fileName: '.vite/license.json' },
  },
})

import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

/** Where the package is put together. */
export const staging = path.join(root, 'build/package')

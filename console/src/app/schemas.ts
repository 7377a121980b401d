import type { components } from './document.d.ts'

/** The shapes of the API's document. They need no browser, as what decides by them needs none. */
export type Schemas = components['schemas']

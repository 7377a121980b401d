import type { components, operations } from './document.d.ts'

/** The shapes of the API's document. They need no browser, as what decides by them needs none. */
export type Schemas = components['schemas']

/** Each permission that there is: the document names them where an account is made. */
export type Permission =
  operations['createAccount']['requestBody']['content']['application/json']['permissions'][number]

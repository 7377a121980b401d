import { writeFileSync } from 'node:fs'
import { defaultSettings } from '../api/dependencies.ts'
import { openApiDocument } from '../api/docs/openapi/document.ts'
import { operations } from '../api/docs/openapi/operations.ts'
import manifest from '../package.json' with { type: 'json' }

/** Writes the document of the API to where it is read without a server. A test fails where it is old. */
const document = openApiDocument(operations, { ...defaultSettings, version: manifest.version, url: null })
writeFileSync(new URL('../docs/reference/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`)

import { writeFileSync } from 'node:fs'
import { defaultSettings } from '../api/dependencies.ts'
import { openApiDocument } from '../api/docs/openapi/document.ts'
import { routes } from '../api/routes.ts'
import manifest from '../package.json' with { type: 'json' }

/** Writes the document of the API to where it is read without a server. A test fails where it is old. */
const document = openApiDocument(routes, { ...defaultSettings, version: manifest.version })
writeFileSync(new URL('../docs/reference/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`)

import { openTraces as open } from '../../adapters/traces/open.ts'
import type { OpenedTraces } from '../../adapters/traces/traces.ts'
import manifest from '../../package.json' with { type: 'json' }

/** The packages that keeping traces takes, as `npm install` names them: of each the oldest version that will do. */
const packages = Object.entries(manifest.peerDependencies).map(
  ([name, range]) => `${name}@${range.replace(/^\D+/, '')}`,
)

/** What the environment of this process asks for; null where there are to be no traces. @throws TracesMisconfigured */
export const openTraces = (): Promise<OpenedTraces | null> => open(process.env, { version: manifest.version, packages })

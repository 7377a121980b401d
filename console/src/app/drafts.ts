import { base } from './base.ts'
import { draftsOn } from './draft-shelf.ts'

/** Of this tab: they outlive the end of a session, and not the tab. Secrets are none of them. */
export const drafts = draftsOn(() => sessionStorage, `nexus ${base} draft `)

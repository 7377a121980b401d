/** Where the console lies, with a slash at the end, as the server says in `<base>`: `/console/`, perhaps below a prefix. */
export const base = new URL('.', document.baseURI).pathname

/** The nonce of this answer's policy: styles that are made while the page runs carry it. */
export const nonce = document.querySelector('meta[name=nonce]')?.getAttribute('content') ?? ''

/** The most clients that Auth0 gives on a page. */
export const pageSize = 100

/** A path of the Management API without a client's id in it, for what groups calls by their path. Other paths stay as they are. */
export const pathTemplateOf = (path: string): string => path.replace(/\/clients\/[^/]+/, '/clients/{id}')

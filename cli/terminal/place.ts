/** Where something is, without the user name and password that a URL may hold. */
export const placeOf = (url: string): string => {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** The fourth part of `/tenants/<id>/clients/<id>/…`. The router's own reading takes `%2F` in an id for a slash. */
export const clientIdIn = (pathname: string): string => {
  const encoded = pathname.split('/')[4] ?? ''
  try {
    return decodeURIComponent(encoded)
  } catch {
    // Written by hand, with a percent sign that encodes nothing.
    return encoded
  }
}

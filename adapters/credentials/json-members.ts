/**
 * Whether the top object of a JSON text names a member twice. JSON.parse takes the last of them and others the first, so
 * that two readers of one token would see different claims (RFC 7519, 4).
 *
 * @param text valid JSON
 */
export const repeatsMember = (text: string): boolean => {
  const seen = new Set<string>()
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && token.endsWith(':')) {
      const member = String(JSON.parse(token.slice(0, -1)))
      if (seen.has(member)) return true
      seen.add(member)
    }
  }
  return false
}

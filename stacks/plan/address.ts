/** Addresses of resources, as Terraform writes them. */

/** A name that Terraform takes for a resource: https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers */
export const isIdentifier = (text: string): boolean => /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(text)

/**
 * The resource's name, where the address is one of the root module without an instance key; null for
 * `module.apps.auth0_client.this` and `auth0_client.this["eu"]`, which no stack of ours can write.
 */
export const plainName = (address: string, type: string): string | null => {
  const name = address.startsWith(`${type}.`) ? address.slice(type.length + 1) : ''
  return isIdentifier(name) ? name : null
}

/** By code points, so that the order is the same on every machine. */
export const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right))

/**
 * A text as Terraform's JSON syntax must have it to mean that text: the beginnings of an interpolation and of a directive
 * are doubled. Everything that comes from a tenant goes through here, object keys too: an application can be named
 * `${file("/etc/passwd")}`, and Terraform would show the file in its plan.
 *
 * Source: https://developer.hashicorp.com/terraform/language/expressions/strings, and the real program in the tests.
 */
export const escape = (text: string): string => text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign)

/** An object whose keys and texts are literals. */
export const escapeMembers = (members: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [escape(key), escape(value)]))

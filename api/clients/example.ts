import { z } from 'zod'

/** A client as the document shows it, whole and field by field. */
export const exampleClient = {
  id: 'NXKzP2hYdFqLrT1uVwBcEaGs',
  name: 'Invoices',
  type: 'regular_web',
  mobile: {
    ios: { team_id: null, app_bundle_identifier: null },
    android: { keystore_hash: null, app_package_name: null },
  },
  owners: ['billing-admins'],
  secret: null,
  logoUrl: null,
  grantTypes: ['authorization_code', 'refresh_token'],
  productName: 'Billing',
  callbackUrls: ['https://invoices.example.com/callback'],
  client_upn_key: 'upn',
  applicationName: 'Invoices for customers',
  manuallyCreated: true,
  clientAuthMethod: 'ClientSecretPost',
  allowedLogoutUrls: ['https://invoices.example.com/'],
  allowedWebOrigins: ['https://invoices.example.com'],
  idTokenExpiration: 36000,
  allowedCorsOrigins: null,
  refreshTokenReuseInterval: 0,
  refreshTokenAbsoluteLifetime: 2592000,
  isRefreshTokenRotationEnabled: false,
  allowCrossOriginAuthentication: false,
  refreshTokenInactivityLifetime: 1296000,
  isRefreshTokenAbsoluteExpirationEnabled: false,
  isRefreshTokenInactivityLifetimeEnabled: false,
}

/**
 * The same shape, each member with its example. Members with a schema of their own name keep it as it is: an example would
 * make another schema of it.
 */
export const withExamples = (
  shape: Readonly<Record<string, z.core.$ZodType>>,
  examples: Readonly<Record<string, unknown>>,
) =>
  Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => {
      const example = examples[name] ?? null
      const named = ['mobile', 'clientAuthMethod', 'preview'].includes(name)
      return [
        name,
        example === null || named || !(schema instanceof z.ZodType) ? schema : schema.meta({ examples: [example] }),
      ]
    }),
  )

import { people } from './cast.ts'
import { changes, changesLater, isRefused } from './scenes.ts'
import type { Stage } from './stage.ts'
import { terraformTakesOver } from './terraform.ts'

/** A part of the walk-through: what it shows, why it comes out as it does, and how it is played. */
export interface Chapter {
  readonly title: string
  readonly why: string
  readonly play: (stage: Stage) => Promise<void>
}

const { ann, bob, cleo, max, olga, pia } = people

/** The walk-through, in order. Each chapter starts from what the one before has left. */
export const chapters: readonly Chapter[] = [
  {
    title: 'An owner changes their client',
    why: "Ann has client.write, and her user id is among the client's owners. The first request of a process also fetches Auth0's token and reads the client.",
    play: changes(
      {
        by: ann,
        on: 'invoices-web',
        body: {
          callbackUrls: ['https://invoices.acme.example/callback', 'https://beta.invoices.acme.example/callback'],
        },
      },
      { callbacks: ['https://invoices.acme.example/callback', 'https://beta.invoices.acme.example/callback'] },
    ),
  },
  {
    title: 'A member of an owning role changes it too',
    why: 'Bob is no owner by name, but billing-admins is one, and that is a role of his.',
    play: changes(
      {
        by: bob,
        on: 'invoices-web',
        body: { applicationName: 'Invoices for customers', allowedCorsOrigins: ['https://reports.acme.example'] },
      },
      {
        'client_metadata.application_name': 'Invoices for customers',
        allowed_origins: ['https://reports.acme.example'],
      },
    ),
  },
  {
    title: 'The product scope lets a whole product team in',
    why: "Cleo owns nothing, but the client's product is Checkout, and that is in her product scope. One element may hold several URLs, separated by commas.",
    play: changes(
      {
        by: cleo,
        on: 'checkout-spa',
        body: { allowedLogoutUrls: ['https://checkout.acme.example/, https://acme.example/goodbye'] },
      },
      { allowed_logout_urls: ['https://checkout.acme.example/', 'https://acme.example/goodbye'] },
    ),
  },
  {
    title: 'client.write.all needs no relation',
    why: 'Olga looks after every client of another tenant. She changes one leaf of mobile; null and {} mean "leave as it is", so iOS and the package name stay.',
    play: changes(
      {
        by: olga,
        on: 'scanner-app',
        body: { mobile: { ios: {}, android: { app_package_name: null, keystore_hash: fingerprint() } } },
      },
      { 'mobile.android.sha256_cert_fingerprints': [fingerprint()] },
    ),
  },
  {
    title: 'Nobody else is let in, and is told why',
    why: 'Max has client.write, but no relation to the client.',
    play: isRefused(
      { by: max, on: 'invoices-web', body: { callbackUrls: ['https://max.example/callback'] } },
      { status: 403, type: 'forbidden', shows: ['callbacks', 'client_metadata.owners'] },
    ),
  },
  {
    title: 'A client that does not exist',
    why: 'Auth0 is asked once, and then not again for half a minute.',
    play: isRefused(
      { by: ann, on: 'no-such-client', body: { applicationName: 'Nothing' } },
      { status: 404, type: 'not-found' },
    ),
  },
  {
    title: 'A URL that would not work',
    why: 'Auth0 takes some URLs that never work. Nexus refuses them before anything is stored, and points at each.',
    play: isRefused(
      {
        by: ann,
        on: 'invoices-web',
        body: { callbackUrls: ['https://invoices.acme.example/callback', 'https://*.example', 'javascript:alert(1)'] },
      },
      { status: 422, type: 'impossible', pointers: ['/callbackUrls/1', '/callbackUrls/2'], shows: ['callbacks'] },
    ),
  },
  {
    title: 'A caller who does not want to wait',
    why: 'Auth0 takes a second for each call now. Ann gets her 202 at once; from then on the change is safe in the database, and she follows its Location.',
    play: changesLater(
      {
        by: ann,
        on: 'invoices-web',
        body: { callbackUrls: ['https://invoices.acme.example/callback'], productName: 'Invoicing' },
      },
      1000,
      {
        callbacks: ['https://invoices.acme.example/callback'],
        'client_metadata.product_name': 'Invoicing',
      },
    ),
  },
  {
    title: 'Terraform and the API, without a fight',
    why: 'Pia looks after the platform. A pipeline has applied Terraform and written its state; she asks for one more client to be taken over, and has the configuration made that never reverts what owners change.',
    play: terraformTakesOver({ by: pia, managed: 'invoices-web', adopted: 'checkout-spa' }),
  },
]

/** A SHA-256 fingerprint, as the Play console shows it. */
function fingerprint(): string {
  return Array.from({ length: 32 }, (_, index) =>
    ((index * 37 + 11) % 256).toString(16).padStart(2, '0').toUpperCase(),
  ).join(':')
}

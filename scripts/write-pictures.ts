import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { startEmbeddedServers } from '../test/support/local-servers.ts'
import { addresses } from '../test/console/browser/support/addresses.ts'
import { assembleWorld, client } from '../test/console/browser/support/assemble-world.ts'
import { hasChromium } from '../test/console/browser/support/chromium.ts'
import { changeInAuth0 } from '../test/support/auth0.ts'

/** A picture of each page of the console, as an administrator sees it: narrow and wide, light and dark. */
const root = path.resolve(import.meta.dirname, '..')
const usage = `npm run pictures [-- --folder DIRECTORY]

Takes a picture of each page of the console, 390 and 1280 pixels wide, light and dark, with the system's Chromium.
They are put into console/pictures, unless another folder is given.`

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(root, 'console/pictures') },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const names = [
  'Invoices',
  'Checkout',
  'Warehouse scanner',
  'Customer portal',
  'Ledger',
  'Payments',
  'Search',
  'Reports',
]

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [390, 1280].map((width) => ({ colorScheme, width })),
)

/** Something to see: changes in the history, and a client that somebody has changed in Auth0. */
const fill = async ({ stack }: Awaited<ReturnType<typeof assembleWorld>>): Promise<void> => {
  const as = stack.token({ sub: 'auth0|ann', permissions: ['client.write', 'client.read.all', 'tenant.admin'] })
  await stack.request('/v1/tenants/acme/scan', { method: 'POST', as })
  for (const [id, body] of [
    ['c0', { callbackUrls: ['https://invoices.example.com/callback', 'https://beta.invoices.example.com/callback'] }],
    ['c0', { applicationName: 'Invoices for customers', allowedLogoutUrls: ['https://invoices.example.com/'] }],
    ['c1', { allowedWebOrigins: ['https://checkout.example.com'] }],
  ] as const)
    await stack.patch(id, body, { as })
  await changeInAuth0(stack.simulator, 'c1', { web_origins: ['https://elsewhere.example.com'] })
  await stack.request('/v1/tenants/acme/scan', { method: 'POST', as })
}

const take = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  execFileSync(process.execPath, ['scripts/console.mjs'], { cwd: root, stdio: 'inherit' })
  const { servers, close } = await startEmbeddedServers()
  const world = await assembleWorld(
    servers,
    names.map((name, index) => client(`c${index}`, name)),
  )
  try {
    await fill(world)
    for (const { colorScheme, width } of looks) {
      const page = await world.open('administrator', '', { colorScheme, viewport: { width, height: 900 } })
      for (const [name, at] of Object.entries(addresses)) {
        await page.goto(world.url + at)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForTimeout(500)
        const file = path.join(folder, `${name}-${width}-${colorScheme}.png`)
        await page.screenshot({ path: file, fullPage: true })
        console.log(file)
      }
      await page.context().close()
    }
  } finally {
    await world.close()
    await close()
  }
}

if (values.help) console.log(usage)
else if (hasChromium()) await take(path.resolve(values.folder))
else process.exitCode = 1

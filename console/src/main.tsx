import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { setNonce } from 'get-nonce'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import '@mantine/core/styles.css'
import './ui/ui.css'
import { base, nonce } from './app/base.ts'
import { administrationPages, furtherPages, tenantPages } from './app/pages.ts'
import { queries } from './app/queries.ts'
import { Shell } from './app/shell.tsx'
import { Broken, NotFound, Start } from './app/start.tsx'
import { colorVariables, theme } from './ui/theme.ts'

const router = createBrowserRouter(
  [
    {
      element: <Shell />,
      children: [
        {
          // Within the shell: one finds the way to the other pages.
          errorElement: <Broken />,
          children: [
            { index: true, element: <Start /> },
            ...[...tenantPages, ...furtherPages].map(({ path, page: Page }) => ({
              path: `tenants/:tenantId/${path}`,
              element: <Page />,
            })),
            ...administrationPages.map(({ path, page: Page }) => ({ path, element: <Page /> })),
            { path: '*', element: <NotFound /> },
          ],
        },
      ],
    },
  ],
  { basename: base.slice(0, -1) },
)

// What holds the page still below a dialog makes a style of its own.
setNonce(nonce)

const root = document.querySelector('#root')
if (root === null) throw new Error('The page has no root.')
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      theme={theme}
      cssVariablesResolver={colorVariables}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

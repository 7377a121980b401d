import { Suspense, useEffect, useState } from 'react'
import type { MouseEvent, ReactNode } from 'react'
import {
  AppShell,
  Burger,
  Button,
  Center,
  Group,
  Loader,
  Menu,
  NavLink,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation, useNavigate, useParams } from 'react-router'
import { Foreign } from '../ui/foreign.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { useTenants } from '../tenants/tenant-query.ts'
import { texts } from '../texts/texts.ts'
import { clientsAddress, tenantAddress } from './addresses.ts'
import { drafts } from './drafts.ts'
import { useLive } from './live.ts'
import { administrationPages, tenantPages } from './pages.ts'
import { CallerContext, signIn, signOut, useSession, useWhoAmI } from './session.tsx'
import type { Caller, Session } from './session.tsx'

/** Around every page: who is signed in, which tenant is shown, and the way to the others. */
export const Shell = () => {
  const session = useSession()
  const whoAmI = useWhoAmI()
  const userId = session.data?.user.id
  const [shownTo, setShownTo] = useState<string>()
  if (shownTo === undefined && userId !== undefined) setShownTo(userId)
  const isAnother = shownTo !== undefined && userId !== undefined && shownTo !== userId
  useEffect(() => {
    // Somebody else has signed in, in another tab: what was read for the former user is not for them.
    if (isAnother) location.reload()
  }, [isAnother])
  if (session.data === null) return <SignedOut />
  // What is known stays on the page while the server is away: so does what somebody types there.
  if (session.data === undefined || whoAmI.data === undefined || isAnother) {
    const error = session.error ?? whoAmI.error
    return (
      <Framed>
        {error ? (
          <ProblemNotice error={error} again={() => void Promise.all([session.refetch(), whoAmI.refetch()])} />
        ) : (
          <Loading />
        )}
      </Framed>
    )
  }
  return (
    <CallerContext value={whoAmI.data}>
      <SignedIn session={session.data} caller={whoAmI.data} />
    </CallerContext>
  )
}

const Framed = ({ children }: { readonly children: ReactNode }) => (
  <Center mih="100dvh" p="md" component="main">
    {children}
  </Center>
)

const Loading = () => <Loader aria-label={texts.common.loading} />

const SignedOut = () => (
  <Framed>
    <Stack align="center" gap="sm" role="alert">
      <Title order={1}>{texts.common.signedOut.title}</Title>
      <Text>{drafts.areAny() ? texts.common.signedOut.kept : texts.common.signedOut.text}</Text>
      <Button onClick={() => signIn()}>{texts.common.signIn}</Button>
    </Stack>
  </Framed>
)

/** A fragment alone would lead to the address of `<base>`. */
const skip = (event: MouseEvent): void => {
  event.preventDefault()
  document.querySelector<HTMLElement>('#content')?.focus()
}

const SignedIn = ({ session, caller }: { readonly session: Session; readonly caller: Caller }) => {
  const [opened, { toggle, close }] = useDisclosure()
  const { tenantId } = useParams()
  useLive(tenantId)
  useEffect(() => drafts.forgetAllBut(caller.id), [caller.id])
  const { common } = texts
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#content" onClick={skip}>
        {common.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" wrap="nowrap" justify="space-between">
          <Group wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={common.menu.open} />
            <Text component={Link} to="/" fw={700}>
              {common.product}
            </Text>
            <TenantChoice tenantId={tenantId} />
          </Group>
          <Account session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={common.sections}>
        <Sections tenantId={tenantId} caller={caller} onChoice={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  )
}

const Sections = ({
  tenantId,
  caller,
  onChoice,
}: {
  readonly tenantId: string | undefined
  readonly caller: Caller
  readonly onChoice: () => void
}) => {
  const { pathname } = useLocation()
  const root = tenantId === undefined ? undefined : tenantAddress(tenantId)
  const shown = [
    ...(root === undefined
      ? []
      : tenantPages.map((page) => ({ page, to: page.path === '' ? root : `${root}/${page.path}` }))),
    ...administrationPages.map((page) => ({ page, to: `/${page.path}` })),
  ].filter(({ page }) => page.isFor(caller))
  return shown.map(({ page: { label, path }, to }) => {
    const here = pathname === to || (path !== '' && pathname.startsWith(`${to}/`))
    return (
      <NavLink
        key={to}
        component={Link}
        to={to}
        label={label}
        active={here}
        aria-current={here ? 'page' : undefined}
        onClick={onChoice}
      />
    )
  })
}

const TenantChoice = ({ tenantId }: { readonly tenantId: string | undefined }) => {
  const tenants = useTenants()
  const navigate = useNavigate()
  const ids = tenants.data?.tenants.map(({ id }) => id) ?? []
  if (tenantId === undefined || ids.length === 0) return null
  return (
    <NativeSelect
      size="xs"
      aria-label={texts.common.tenants.choose}
      data={ids.includes(tenantId) ? ids : [tenantId, ...ids]}
      value={tenantId}
      onChange={({ currentTarget }) => void navigate(clientsAddress(currentTarget.value))}
    />
  )
}

const Account = ({ session }: { readonly session: Session }) => {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { common } = texts
  return (
    <Menu menuItemTabIndex={0} returnFocus>
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" aria-label={common.menu.account(session.user.name)}>
          <Foreign text={session.user.name} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Foreign text={session.user.id} />
        </Menu.Label>
        <SegmentedControl
          size="xs"
          aria-label={common.menu.theme}
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[
            { value: 'light', label: common.theme.light },
            { value: 'dark', label: common.theme.dark },
            { value: 'auto', label: common.theme.auto },
          ]}
        />
        <Menu.Item onClick={() => void signOut()}>{common.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

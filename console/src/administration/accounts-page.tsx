import { CallersPage } from './callers-page.tsx'

/** `/administration/accounts` */
const AccountsPage = () => <CallersPage kind="accounts" />

export default AccountsPage

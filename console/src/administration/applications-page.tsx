import { CallersPage } from './callers-page.tsx'

/** `/administration/applications` */
const ApplicationsPage = () => <CallersPage kind="applications" />

export default ApplicationsPage

import { Title } from '@mantine/core'
import { texts } from '../texts/texts.ts'

const ClientPage = () => <Title order={1}>{texts.clients.title}</Title>

export default ClientPage

import { Table, Text } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Part } from '../ui/part.tsx'
import { When } from '../ui/when.tsx'

const words = texts.tenants.budgets

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** Auth0's limits, and what is left of them. */
export const Budgets = ({ tenant: { budgets } }: { readonly tenant: Schemas['Tenant'] }) => (
  <Part title={texts.tenants.headings.calls}>
    {budgets.length === 0 ? (
      <Text size="sm">{words.none}</Text>
    ) : (
      <DataTable caption={texts.tenants.headings.calls} columns={words.columns}>
        {budgets.map((budget) => (
          <Table.Tr key={budget.bucket}>
            <Table.Th scope="row">{words.buckets[budget.bucket] ?? <Foreign text={budget.bucket} />}</Table.Th>
            <Table.Td>{words.limit(numbers.format(budget.perSecond), numbers.format(budget.burst))}</Table.Td>
            <Table.Td>{numbers.format(budget.left)}</Table.Td>
            <Table.Td>
              {budget.remaining === null ? null : numbers.format(budget.remaining)}{' '}
              {budget.observedAt === null ? null : (
                <Text size="xs" c="dimmed">
                  <When at={budget.observedAt} />
                </Text>
              )}
            </Table.Td>
            <Table.Td>{words.rate(numbers.format(budget.othersPerSecond))}</Table.Td>
            <Table.Td>
              {words.refused(numbers.format(budget.throttledThisHour), numbers.format(budget.throttledLastHour))}
            </Table.Td>
            <Table.Td>
              <When at={budget.throttledUntil} />
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    )}
  </Part>
)

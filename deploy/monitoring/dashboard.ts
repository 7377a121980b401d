import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** What a panel draws: PromQL, and how a line is called. */
interface Line {
  readonly expr: string
  readonly legend: string
}

interface Panel {
  readonly title: string
  /** What it answers, for who looks at it at night. */
  readonly about: string
  readonly unit: string
  readonly lines: readonly Line[]
  /** One figure in place of a curve. */
  readonly figure?: true
}

const chosen = 'tenant=~"$tenant"'
/** Every process reports the same of a tenant. */
const tenant = (metric: string): string => `max by (tenant) (nexus_${metric}{${chosen}})`
const bucket = (metric: string): string => `max by (tenant, bucket) (nexus_auth0_${metric}{${chosen}})`
const rate = (by: string, series: string): string => `sum by (${by}) (rate(${series}[$__rate_interval]))`
const quantile = (of: number, series: string): string =>
  `histogram_quantile(${of}, sum by (le) (rate(${series}[$__rate_interval])))`
const byTenant = (expr: string, legend = '{{tenant}}'): Line => ({ expr, legend })

/** The dashboard, from what users notice down to what may be its cause. */
const rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'What users notice',
    panels: [
      {
        title: 'Processes',
        about: 'Processes of Nexus that answer.',
        unit: 'short',
        lines: [{ expr: 'sum(up{job="nexus"})', legend: 'up' }],
        figure: true,
      },
      {
        title: 'Oldest waiting change',
        about: 'How long the oldest change has waited, of all tenants.',
        unit: 's',
        lines: [{ expr: `max(nexus_lag_seconds{${chosen}})`, legend: 'oldest' }],
        figure: true,
      },
      {
        title: 'Requests that fail',
        about: 'Answers with 5xx, of all answers.',
        unit: 'percentunit',
        lines: [
          {
            expr:
              'sum(rate(nexus_http_request_duration_seconds_count{status=~"5.."}[$__rate_interval])) / ' +
              'sum(rate(nexus_http_request_duration_seconds_count[$__rate_interval]))',
            legend: '5xx',
          },
        ],
        figure: true,
      },
      {
        title: 'Time until Auth0 has a change',
        about: 'From the acceptance of a change, on the database’s clock.',
        unit: 's',
        lines: [0.5, 0.95, 0.99].map((of) => ({
          expr: quantile(of, `nexus_change_duration_seconds_bucket{${chosen}}`),
          legend: `p${of * 100}`,
        })),
      },
      {
        title: 'Changes',
        about: 'Accepted and withdrawn by the API; applied and rejected by workers.',
        unit: 'cps',
        lines: [{ expr: rate('outcome', `nexus_changes_total{${chosen}}`), legend: '{{outcome}}' }],
      },
      {
        title: 'Refusals',
        about: 'Requests that the API refused, by the code of the problem.',
        unit: 'reqps',
        lines: [{ expr: rate('reason', 'nexus_refusals_total'), legend: '{{reason}}' }],
      },
    ],
  },
  {
    title: 'Tenants',
    panels: [
      {
        title: 'Waiting clients',
        about: 'Clients whose newest change is not settled.',
        unit: 'short',
        lines: [byTenant(tenant('backlog_clients'))],
      },
      {
        title: 'Age of the oldest waiting change',
        about: 'Grows evenly where nothing is worked on.',
        unit: 's',
        lines: [byTenant(tenant('lag_seconds'))],
      },
      {
        title: 'Held, paused, unserved',
        about: '1 while it is so.',
        unit: 'short',
        lines: [
          byTenant(tenant('tenant_held'), '{{tenant}} held'),
          byTenant(tenant('tenant_paused'), '{{tenant}} paused'),
          byTenant(`1 - ${tenant('tenant_served')}`, '{{tenant}} unserved'),
        ],
      },
      {
        title: 'Drift',
        about: 'Clients that were changed outside Nexus: by an apply of Terraform, or otherwise.',
        unit: 'short',
        lines: [
          byTenant(tenant('drifted_by_terraform_clients'), '{{tenant}} by Terraform'),
          byTenant(`${tenant('drifted_clients')} - ${tenant('drifted_by_terraform_clients')}`, '{{tenant}} otherwise'),
        ],
      },
      {
        title: 'Stalled, left out',
        about: 'Clients that fail again and again, and what the last scan left out.',
        unit: 'short',
        lines: [
          byTenant(tenant('stalled_clients'), '{{tenant}} stalled'),
          byTenant(tenant('left_out'), '{{tenant}} left out'),
        ],
      },
      {
        title: 'Terraform locks',
        about: 'States that are locked, and locks that are older than an apply takes.',
        unit: 'short',
        lines: [
          byTenant(tenant('state_locks'), '{{tenant}} locked'),
          byTenant(tenant('state_locks_abandoned'), '{{tenant}} abandoned'),
        ],
      },
    ],
  },
  {
    title: 'Auth0',
    panels: [
      {
        title: 'Calls by status',
        about: 'Of every process; none: no answer came.',
        unit: 'reqps',
        lines: [{ expr: rate('status', `nexus_auth0_calls_total{${chosen}}`), legend: '{{status}}' }],
      },
      {
        title: 'Limit, used by us and by others',
        about: 'Calls a second, of what the plan allows.',
        unit: 'reqps',
        lines: [
          byTenant(bucket('limit_per_second'), '{{tenant}} {{bucket}} limit'),
          byTenant(rate('tenant', `nexus_auth0_calls_total{${chosen}}`), '{{tenant}} ours'),
          byTenant(bucket('others_per_second'), '{{tenant}} {{bucket}} others'),
        ],
      },
      {
        title: 'Calls left, blocked',
        about: 'As Auth0 last said; blocked while a 429 keeps everybody from calling.',
        unit: 'short',
        lines: [
          byTenant(bucket('calls_left'), '{{tenant}} {{bucket}} left'),
          byTenant(bucket('blocked'), '{{tenant}} {{bucket}} blocked'),
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Answers, p99',
        about: 'By route. A PATCH that waits for Auth0 is in it.',
        unit: 's',
        lines: [
          {
            expr:
              'histogram_quantile(0.99, sum by (le, route) ' +
              '(rate(nexus_http_request_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{route}}',
          },
        ],
      },
      {
        title: 'Database and queue',
        about: '1 while each process can use them.',
        unit: 'short',
        lines: [
          { expr: 'nexus_database_up', legend: '{{instance}} database' },
          { expr: 'nexus_queue_up', legend: '{{instance}} queue' },
        ],
      },
      {
        title: 'Queue errors, lost leases',
        about: 'Both heal by themselves; many of them do not.',
        unit: 'cps',
        lines: [
          { expr: 'sum(rate(nexus_queue_errors_total[$__rate_interval]))', legend: 'queue errors' },
          { expr: 'sum(rate(nexus_lease_losses_total[$__rate_interval]))', legend: 'lost leases' },
        ],
      },
      {
        title: 'Event loop, p99',
        about: 'How late a process is with everything.',
        unit: 's',
        lines: [{ expr: 'nodejs_eventloop_lag_p99_seconds{job="nexus"}', legend: '{{instance}}' }],
      },
      {
        title: 'Memory',
        about: 'Resident memory of each process.',
        unit: 'bytes',
        lines: [{ expr: 'process_resident_memory_bytes{job="nexus"}', legend: '{{instance}}' }],
      },
      {
        title: 'Sessions of the console',
        about: 'People who are signed in.',
        unit: 'short',
        lines: [{ expr: 'max(nexus_console_sessions)', legend: 'sessions' }],
      },
    ],
  },
]

const source = { type: 'prometheus', uid: '${datasource}' }

const panelOf = ({ title, about, unit, lines, figure }: Panel) => {
  const panel = (figure ? new StatBuilder() : new PanelBuilder())
    .title(title)
    .description(about)
    .unit(unit)
    .datasource(source)
    .span(8)
    .height(figure ? 4 : 8)
  for (const { expr, legend } of lines)
    panel.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(source))
  return panel
}

/** The dashboard as Grafana imports it: it asks for its Prometheus, and for tenants. */
export const dashboardText = (): string => {
  const dashboard = new DashboardBuilder('Nexus')
    .uid('nexus')
    .tags(['nexus'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('tenant')
        .label('Tenant')
        .datasource(source)
        .query('label_values(nexus_tenant_served, tenant)')
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    )
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title))
    for (const panel of panels) dashboard.withPanel(panelOf(panel))
  }
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`
}

/** Every expression that the dashboard asks for, with Grafana's variables filled in. */
export const expressions = (): string[] =>
  rows
    .flatMap(({ panels }) => panels.flatMap(({ lines }) => lines.map(({ expr }) => expr)))
    .map((expr) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$tenant', '.*'))

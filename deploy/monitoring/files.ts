import { dashboardText } from './dashboard.ts'
import { rulesText } from './rules.ts'

const written = (text: string): string =>
  `# Written by \`npm run monitoring\` from deploy/monitoring/alerts.ts.\n${text}`

/** What is made of the tables here, by the path of the file. */
export const monitoringFiles = (): Readonly<Record<string, string>> => ({
  'deploy/prometheus/nexus.rules.yaml': written(rulesText()),
  // A chart has only files of its own folder.
  'deploy/helm/nexus/nexus.rules.yaml': written(rulesText()),
  'deploy/grafana/nexus.json': dashboardText(),
})

/** What steps tell the runner: by lines that they print, and by files. */

/** The pairs in a file as GITHUB_OUTPUT. @throws Error for what a runner would refuse, or takes in another form */
export const pairsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, name, value] = /^([A-Za-z_][\w-]*)=(.*)$/.exec(line) ?? []
        if (name === undefined || value === undefined) throw new Error(`A runner cannot read the line ${line}`)
        return [name, value]
      }),
  )

/** Of what was printed, what is shown, and the texts that are hidden in it from then on. */
export const shownBy = (printed: string): { readonly log: string; readonly masks: readonly string[] } => {
  const masks: string[] = []
  const shown: string[] = []
  let stoppedBy: string | undefined
  for (const line of printed.split('\n')) {
    const [, command, value = ''] = /^::([\w-]+)[^:]*::(.*)$/.exec(line) ?? []
    if (stoppedBy !== undefined) {
      if (line === `::${stoppedBy}::`) stoppedBy = undefined
      else shown.push(line)
    } else if (command === 'add-mask') masks.push(value)
    else if (command === 'stop-commands') stoppedBy = value
    else shown.push(line)
  }
  const log = masks.reduce((text, mask) => text.replaceAll(mask, '***'), shown.join('\n'))
  return { log, masks }
}

import { printableLines } from '../domain/texts/printable.ts'
import { help, messageOf, optionsOf } from './options.ts'
import { say } from './screen.ts'
import { leaveSurroundings } from './surroundings.ts'

// Whoever reads the output may stop reading; what was started is ended in order all the same.
process.stdout.on('error', () => undefined)

const main = async (args: readonly string[]): Promise<boolean> => {
  const options = optionsOf(args)
  if (options.help) {
    say(help)
    return true
  }
  leaveSurroundings(process.env)
  const { show } = await import('./show.ts')
  return show(options)
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1
} catch (error) {
  process.stderr.write(
    printableLines(`The demo cannot run: ${messageOf(error)}. \`npm run demo -- --help\` says what it can do.\n`),
  )
  process.exitCode = 1
}

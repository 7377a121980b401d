// Runs npm with a line that moves while it fetches.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Of what npm tells of its requests, sometimes twice: a package is there. */
const arrival = /^npm http (?:fetch GET 200|cache) (\S+\.tgz) /
/** What of npm's words is no failure of the installation. */
const chatter = /^npm (?:http|info|notice|warn)\b/
/** How often somebody is told who reads a log instead of a terminal, in milliseconds. */
const tellEvery = 5000

/**
 * Installs, and shows what npm has to say against it.
 *
 * @param what what is installed, for a person
 * @param packages how many packages that are, more or less
 * @param parameters of npm
 * @returns npm's exit code
 */
export const npm = ({ what, packages, parameters }) =>
  new Promise((resolve) => {
    console.log(`Installing ${what}. This happens once.`)
    const manner = ['--no-audit', '--no-fund', '--prefer-offline', '--progress=false', '--loglevel=http']
    const child = spawn('npm', [...parameters, ...manner], {
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    })
    const started = Date.now()
    const fetched = new Set()
    const { isTTY } = process.stdout
    const say = (end) => {
      const seconds = Math.round((Date.now() - started) / 1000)
      const line = `  ${fetched.size} of ${packages} packages, ${seconds} s${end}`
      process.stdout.write(isTTY ? `\r${line}` : `${line}\n`)
    }
    const timer = setInterval(say, isTTY ? 200 : tellEvery, ' ')
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, address] = arrival.exec(line) ?? []
      if (address !== undefined) fetched.add(address.slice(address.lastIndexOf('/') + 1))
      else if (!chatter.test(line)) console.error(line)
    })
    child.on('error', ({ message }) => console.error(`npm cannot be started: ${message}`))
    child.on('close', (code) => {
      clearInterval(timer)
      say(code === 0 ? ': installed.\n' : ': npm failed.\n')
      resolve(code ?? 1)
    })
  })

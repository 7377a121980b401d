// npm runs this before `npm pack` and `npm publish` in a clone, whose TypeScript no Node runs once it is a package.
console.error('This folder holds the sources. `npm run package` makes the package, compiled: nexus-<version>.tgz.')
process.exitCode = 1

/** How a work under a licence may be used here. A package under any other licence is a decision, and a row. */
export const allowed: Readonly<Record<string, { readonly bundled: boolean; readonly because: string }>> = {
  MIT: { bundled: true, because: 'asks for its notice only' },
  ISC: { bundled: true, because: 'asks for its notice only' },
  'BSD-3-Clause': { bundled: true, because: 'asks for its notice, and not to advertise with its authors' },
  'Apache-2.0': { bundled: true, because: 'asks for its notice, and grants patents' },
  '0BSD': { bundled: true, because: 'asks for nothing' },
  'BlueOak-1.0.0': { bundled: true, because: 'asks for its notice only' },
  'MPL-2.0': {
    bundled: false,
    because: 'changes of its files stay under it: npm installs them beside the package, unchanged',
  },
}

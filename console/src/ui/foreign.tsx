/** A text that somebody else chose, as a name of a tenant's client: shown as it is, and its direction reaches no further. */
export const Foreign = ({ text }: { readonly text: string }) => <bdi className="foreign">{text}</bdi>

/** Whether the addresses of a host are of the kind that its daemon listens on. */

/** What Node tells of an address of this machine. */
export interface InterfaceAddress {
  readonly address: string
  readonly family: string
  readonly internal: boolean
}

/** Link-local addresses are there without a network. */
const linkLocal = /^(fe[89ab]|169\.254\.)/i

/** What is wrong where IS_LISTEN is `listen`; undefined when others can reach an address of this host, or it has none. */
export function listenFamilyText(listen: string, addresses: readonly InterfaceAddress[]): string | undefined {
  if (listen !== '0.0.0.0') return undefined
  const outside = addresses.filter(({ address, internal }) => !internal && !linkLocal.test(address))
  if (outside.length === 0 || outside.some(({ family }) => family === 'IPv4')) return undefined
  return 'this host has IPv6 addresses alone and listens on IPv4 alone, where nobody can reach it: IS_LISTEN = :: in main.cf has it listen on both'
}

/** {@link listenFamilyText} for the addresses that this machine has now. */
import { networkInterfaces } from 'node:os'
import { listenFamilyText } from './listen-family.ts'

export function listenFamilyHere(listen: string): string | undefined {
  return listenFamilyText(
    listen,
    Object.values(networkInterfaces()).flatMap((one) => one ?? []),
  )
}

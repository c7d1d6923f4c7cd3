/** Whether the package bank of this host is the daemon's: whoever has its port gives root's programs what they like. */
import { IsconfError } from './isconf-error.ts'
import { listenersOn } from './tcp-owners.io.ts'

/** An address of the bank as makefiles and commands have it. */
const bankAddress = /\bhttp:\/\/(?:127\.0\.0\.1|localhost):(\d{1,5})\/pkgbank\b/gi
/** Below it only root may listen. */
const firstFreePort = 1024

/**
 * BANK_FOREIGN when one of the texts, such as the words of a command, names the package bank of this host, and who
 * listens there is neither root nor who runs this program.
 */
export function refuseForeignBank(texts: readonly string[]): void {
  const ports = new Set(texts.flatMap((text) => [...text.matchAll(bankAddress)].map(([, port]) => Number(port))))
  for (const port of ports) {
    const foreign = port < firstFreePort ? undefined : listenersOn(port).find((uid) => uid !== 0 && uid !== ownUid())
    if (foreign === undefined) continue
    throw new IsconfError(
      'BANK_FOREIGN',
      `port ${port} of 127.0.0.1, where the package bank should be, belongs to a program of user ${foreign}`,
    )
  }
}

function ownUid(): number | undefined {
  return process.geteuid?.()
}

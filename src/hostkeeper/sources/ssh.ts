/** ssh as a boot needs it: it asks nobody, and does not wait for ever. */
export function sshCommand(timeoutS: number): string {
  return `ssh -o BatchMode=yes -o ConnectTimeout=${timeoutS} -o ServerAliveInterval=${timeoutS} -o ServerAliveCountMax=1`
}

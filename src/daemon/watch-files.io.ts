/** Has the configuration of a running daemon hear at once of what is written into its files. */
import { systemClock } from '../base/clock.io.ts'
import type { Cancel } from '../base/index.ts'
import { FileWatch } from '../config/index.ts'
import type { LiveConfig } from './live-config.ts'

/** Until the function that it returns is called. */
export function watchFiles(live: LiveConfig): Cancel {
  const changed = (): void => live.filesChanged()
  const watch = new FileWatch({ clock: systemClock, paths: () => live.files(), changed })
  const cancelReread = live.onReread(() => watch.watchAgain())
  // What was written between reading and watching.
  changed()
  return () => {
    cancelReread()
    watch.close()
  }
}

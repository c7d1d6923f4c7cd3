/** Whether more than one asks this host to do `up`. */

import type { UpSettings } from '../../../config/index.ts'
import type { Diagnosis } from '../../../control/index.ts'
import type { ScheduledUp } from '../../scheduled-up.io.ts'
import { wrong } from './diagnoses.ts'

/** Who else has this host do `up`, where it does so by itself. */
export function scheduleDiagnoses(settings: UpSettings | undefined, scheduled: readonly ScheduledUp[]): Diagnosis[] {
  if (settings?.upMode !== 'auto') return []
  const window = settings.upWindow?.text
  return scheduled.flatMap(({ path, atBoot }) => {
    if (!atBoot)
      return [
        wrong(
          'host',
          'warning',
          `${path} runs isconf up, and IS_UP=auto has it done by itself`,
          'keep one of them: disable the timer or the line of cron, or set IS_UP=manual',
        ),
      ]
    if (window === undefined) return []
    const message = `${path} runs isconf -r up at each boot, whatever IS_UP_WINDOW says (${window})`
    return [wrong('host', 'warning', message, 'to keep the window at boot, too: systemctl disable isconf-up.service')]
  })
}

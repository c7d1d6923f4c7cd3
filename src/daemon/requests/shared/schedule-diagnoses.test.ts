import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseUpWindow } from '../../../config/up-window.ts'
import { scheduleDiagnoses } from './schedule-diagnoses.ts'

const timer = { path: '/etc/timer', atBoot: false }
const boot = { path: '/etc/boot', atBoot: true }

test('doctor names a timer beside IS_UP=auto, and the unit of the boot where there is a window', () => {
  const parsed = parseUpWindow('22:00-05:00 UTC')
  const window = 'value' in parsed ? parsed.value : assert.fail()
  const said = (upMode: 'auto' | 'manual', upWindow: typeof window | undefined) =>
    scheduleDiagnoses({ upMode, upSplayS: 0, upWindow }, [timer, boot]).map(({ message }) => message)
  assert.deepEqual(said('manual', window), [])
  assert.deepEqual(said('auto', undefined), ['/etc/timer runs isconf up, and IS_UP=auto has it done by itself'])
  assert.deepEqual(
    said('auto', window)[1],
    '/etc/boot runs isconf -r up at each boot, whatever IS_UP_WINDOW says (22:00-05:00 UTC)',
  )
})

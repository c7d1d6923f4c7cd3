/** The real machine, as this daemon changes it. */
import { systemClock as clock } from '../base/clock.io.ts'
import { type Machine, systemMachine } from '../machine/index.ts'
import type { LiveConfig } from './live-config.ts'

/**
 * The machine, with the settings of the moment. After the configuration was read again, only settings that need no
 * restart take effect.
 */
export function machineOf(live: LiveConfig, environment: () => Record<string, string>): Machine {
  const { home, volroot } = live.started
  return systemMachine({
    volroot,
    home,
    environment,
    owner: () => live.now.owner,
    rebootCommand: () => live.now.rebootCommand,
    bootIdPath: () => live.now.bootIdPath,
    hooksPath: () => live.now.hooksPath,
    sharedDirectories: () => live.now.sharedDirectories.split(' ').filter((path) => path !== ''),
    clock,
  })
}

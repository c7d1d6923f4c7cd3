/** A machine that was copied while it runs, on one network with its original. */
import assert from 'node:assert/strict'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest(
  'a copy of a running host, with its machine id, is found on the local network, and both are told',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    await lab.start(alder)
    const key = await alder.read('/var/is/conf/host.key')
    await birch.types(`umask 077; printf '%s' '${key}' > /var/is/conf/host.key`)
    await lab.start(birch)
    for (const [host, other] of [
      [alder, birch],
      [birch, alder],
    ] as const) {
      const words = `another machine, at /ip4/${other.address}/tcp/`
      const isTold = async (): Promise<boolean> => (await host.status()).warnings.some((text) => text.includes(words))
      await until(isTold, `${host.name} is told of ${other.name}`, 90_000)
      assertRefused(
        await host.run('lock', 'as two'),
        223,
        words,
        "has this host's key",
        'isconf seal',
        'isconf restart',
      )
    }
    for (const line of ['isconf stop', 'isconf seal', 'isconf start']) await birch.types(line)
    await alder.does('restart')
    await alder.untilConnectedTo(birch)
    assert.match((await alder.does('lock', 'as one')).stderr, /locked/)
  },
)

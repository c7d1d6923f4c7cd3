/** Joins one host's daemon to the real disk, clock, network and machine. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import { bootId } from '../base/boot.io.ts'
import { systemClock as clock } from '../base/clock.io.ts'
import { systemDisk as disk } from '../base/disk.io.ts'
import { type DomainName, IsconfError, sleep } from '../base/index.ts'
import { systemRandom as random } from '../base/random.io.ts'
import { type Config, domainFilePath, listenFamilyHere, multiaddrOf } from '../config/index.ts'
import { loadHostKey } from '../host/index.ts'
import { limitRemarks } from '../machine/index.ts'
import { hostCertificate, LearnedAddresses } from '../mesh/index.ts'
import { BootRecord } from '../replication/index.ts'
import { type BlobStore, hashThreads, openStore, workerPieceHasher, workerWholeHasher } from '../store/index.ts'
import { bankSource } from './bank-source.ts'
import { diskRoom } from './disk-room.io.ts'
import { startNotifier } from './events/start-notifier.ts'
import { homeFacts } from './home-facts.io.ts'
import { HostDaemon } from './host-daemon.ts'
import { hostFacts } from './host-facts.io.ts'
import type { LiveConfig } from './live-config.ts'
import { environmentOf, liveIdentity } from './live-host.io.ts'
import { machineOf } from './machine-here.io.ts'
import { dialableFromElsewhere, startMeeting } from './meeting.ts'
import { type MeshHere, openMesh } from './mesh-here.io.ts'
import type { ProcessUsage } from './metrics/table.ts'
import { rehearsalsHere } from './rehearsals-here.io.ts'
import type { ProcessFacts } from './requests/shared/parts.ts'
import { scheduledUps } from './scheduled-up.io.ts'
import { settleHome } from './settle-home.io.ts'
import { openState } from './state-on-disk.ts'
import { unconnectedFacts } from './unconnected.ts'
import { verifyJournalsLater } from './verify-journals.ts'
import { watchFiles } from './watch-files.io.ts'
import type { WarningFacts } from './work-warnings.ts'

/** How long hosts on the local network take to answer a question of who is there. */
const discoveryMs = 1_500
/** How long the first change waits for configured hosts that do not answer. */
const settleMsMax = 5_000

const world = { disk, clock, random }

export interface OpenedDaemon {
  readonly daemon: HostDaemon
  readonly facts: ProcessFacts
  readonly servePage: MeshHere['servePage']
  close(): Promise<void>
}

export interface OpenOptions {
  readonly live: LiveConfig
  readonly release: string
  readonly log: Logger
  /** Whether a service manager has started this daemon. */
  readonly isService: boolean
  /** Hears that the program of the network process is of another release than this one. */
  readonly onOtherRelease: () => void
}

/** Opens everything and starts the daemon. DOMAIN_MISSING, OTHER_DOMAIN, PORT_TAKEN, JOURNAL_DAMAGED and what the parts say. */
export async function openDaemon({ live, release, log, ...around }: OpenOptions): Promise<OpenedDaemon> {
  const { started: config, keys, nets } = live
  const domain = requireDomain(config)
  const { onOwnKey, cloned } = ownKeyWatch(log)
  const identity = liveIdentity(live, { release, domain: domain.name, home: config.home })
  // Before anybody is met: the journals of another domain are none of theirs.
  const room = diskRoom(config.home, () => live.now.reserve)
  const state = await openState(identity, { disk, clock, log, room })
  await settleHome(config.home, log, state.damaged.opening)
  const keyPath = join(config.home, 'conf/host.key')
  const key = await state.damaged.opening(keyPath, () => loadHostKey(disk, keyPath))
  const environment = environmentOf(live)
  const store = await storeIn(join(config.home, 'store'))
  let started: HostDaemon | undefined
  const mesh = await openMesh({
    ...{ config, domain: domain.name, keys, onKeys: live.onFiles, hostKey: key, log, ...world },
    certificate: await hostCertificate(disk, join(config.home, 'conf/host.crt'), key),
    files: { source: store, onAsked: (file, peer) => started?.blobs.askers.asked(file, peer) },
    onOwnIdentity: (address) => onOwnKey(`at ${address}`),
    ...around,
  })
  const { transport } = mesh
  const machine = machineOf(live, environment)
  const learned = await LearnedAddresses.open({ disk, clock, log, transport, path: join(config.home, 'conf/peers') })
  const ownAddresses = (): readonly string[] => dialableFromElsewhere(mesh.addresses())
  const meeting = startMeeting({
    ...{ transport, clock, random, log, ownAddresses },
    configured: () => nets().addresses.map(multiaddrOf),
    onConfigured: live.onFiles,
    // IS_NOBROADCAST says that only those in nets are connected to.
    learned: config.noBroadcast ? undefined : learned,
  })
  const stopDiscovery = config.noBroadcast ? undefined : await mesh.discover(meeting.wanted)
  learned.start()
  const unwatchFiles = watchFiles(live)
  const discovered = config.noBroadcast ? Promise.resolve() : sleep(clock, discoveryMs)
  const settled = Promise.all([meeting.peering.settled(settleMsMax), discovered]).then(() => undefined)
  const judging = { warningFacts: warningFactsOf(live, environment), rehearsals: rehearsalsHere(live, environment) }
  const parts = { transport, machine, store, key, log, room, settled, onOwnKey, ...judging, addresses: ownAddresses }
  const bootRecord = await bootRecordOf(config.home)
  const dialsOnlyNets = config.noBroadcast
  const daemon = await HostDaemon.start(identity, { ...world, ...parts, bootRecord, dialsOnlyNets }, state)
  started = daemon
  meeting.know(daemon.replicator.inventory)
  const cancelVerifying = verifyJournalsLater({ ...daemon, clock, log })
  const hooks = startNotifier(live, daemon)
  const bank = await mesh.serveBank(config.httpPort, bankSource(daemon))
  const aside = (): readonly string[] => [...hooks.warnings(), ...mesh.warnings()]
  return {
    ...{ daemon, servePage: mesh.servePage },
    facts: {
      ...{ release, pid: process.pid, domainSource: domain.source, cloned },
      ...{ usage: processUsage, notified: () => hooks.counts },
      unreachable: () => listenFamilyHere(config.listen),
      warnings: () => [...live.warnings(), ...limitRemarks(), ...said(cloned(), bank.warning()), ...aside()],
      ...{
        bankAddress: bank.address,
        homeFacts: () => homeFacts(config.home),
        ...unattendedFacts(live),
      },
      ...unconnectedFacts(meeting.peering, mesh),
      mesh: () => ({
        addresses: mesh.addresses(),
        authenticated: keys().proves !== undefined && !keys().acceptsAny,
        refused: mesh.refused(),
      }),
    },
    close: async () => {
      unwatchFiles()
      cancelVerifying()
      hooks.stop()
      await bank.close()
      stopDiscovery?.()
      meeting.stop()
      await learned.stop()
      await daemon.stop()
    },
  }
}

function storeIn(directory: string): Promise<BlobStore> {
  // Pieces and the whole of a file that arrives: two threads would take longer to start than one to hash both.
  const threads = hashThreads()
  const hashers = { hasher: workerPieceHasher(threads), wholeHasher: workerWholeHasher(threads) }
  return openStore({ disk, directory, ...hashers, random })
}

function unattendedFacts(live: LiveConfig): Pick<ProcessFacts, 'upSettings' | 'onUpSettings' | 'scheduledUps'> {
  return { upSettings: () => live.now, onUpSettings: live.onReread, scheduledUps }
}

/** Keeps in mind, and in the log, that another machine has this host's key. */
function ownKeyWatch(log: Logger): { onOwnKey: (where: string) => void; cloned: () => string | undefined } {
  let cloned: string | undefined
  const onOwnKey = (where: string): void => {
    if (cloned !== undefined) return
    cloned = `another machine, ${where}, has this host's key, conf/host.key`
    log.error({ where }, cloned)
  }
  return { onOwnKey, cloned: () => cloned }
}

function warningFactsOf(live: LiveConfig, environment: WarningFacts['environment']): WarningFacts {
  return {
    host: hostFacts(live.started.volroot),
    environment,
    refuses: () => live.now.replayWarnings === 'error',
  }
}

async function bootRecordOf(home: string): Promise<BootRecord> {
  // Where ISCONFDIR is, unless somebody has moved it.
  const bootRecord = new BootRecord(disk, join(home, 'hostkeeper/boot'), bootId())
  await bootRecord.refresh()
  return bootRecord
}

/** Since the process was started. */
function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage()
  return {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1_000_000,
    startedSeconds: Math.round(clock.wallMs() / 1_000 - process.uptime()),
  }
}

function said(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined)
}

function requireDomain(config: Config): { readonly name: DomainName; readonly source: string } {
  if (config.domain) return config.domain
  const where = `${domainFilePath(config.home)}, main.cf and IS_DOMAIN`
  throw new IsconfError('DOMAIN_MISSING', `no domain is set on ${config.host.short}: looked in ${where}`)
}

/** What a run may do to a cluster; what is not named here never happens to it. */

/**
 * The fault model: what the design claims to survive. Rates are from 0
 * (never) to 1 (at every step). Never in any run: an altered or lost byte
 * that was synced, a message altered within a connection, and a changeset
 * whose last copy is destroyed (a host is rebuilt only when others hold all
 * that it holds).
 */
export interface Faults {
  /** Each message takes up to this long. */
  readonly latencyMsMax: number
  /** Of the news that a neighbour is told and of which nothing depends on having been heard. */
  readonly newsLossRate: number
  /** The network falls into two parts, and after a while it is whole again. */
  readonly partitionRate: number
  /** Two hosts lose each other, though both reach the rest. */
  readonly cutRate: number
  /** A host stops answering without closing anything, and after a while it goes on. */
  readonly hangRate: number
  /** The power of a host fails while nothing or anything is under way. Writes not synced are lost, kept or torn. */
  readonly crashRate: number
  /** The power of a host fails in the middle of a write, after any byte of it. */
  readonly crashAtByteRate: number
  /** A host's disk takes no more, and after a while it does again. */
  readonly diskFullRate: number
  /** A host's wall clock is set to another time, back or forth. */
  readonly wallJumpRate: number
  readonly wallJumpMsMax: number
  /** Replayed commands fail on a host until somebody mends it. */
  readonly brokenMachineRate: number
  /** A reboot ends a host as a power failure does; otherwise its daemon goes on, and only the boot id changes. */
  readonly rebootIsCrash: boolean
  /** A member of the domain answers with altered journals and files, and with nonsense. */
  readonly corruptingPeer: boolean
}

export const noFaults: Faults = {
  latencyMsMax: 5,
  newsLossRate: 0,
  partitionRate: 0,
  cutRate: 0,
  hangRate: 0,
  crashRate: 0,
  crashAtByteRate: 0,
  diskFullRate: 0,
  wallJumpRate: 0,
  wallJumpMsMax: 0,
  brokenMachineRate: 0,
  rebootIsCrash: true,
  corruptingPeer: false,
}

/** The network is whole and every host answers: then there is one history, whatever else happens. */
export const wholeNetwork: Faults = {
  ...noFaults,
  latencyMsMax: 60,
  newsLossRate: 0.3,
  wallJumpRate: 0.15,
  wallJumpMsMax: 400 * 24 * 3_600_000,
  brokenMachineRate: 0.05,
  rebootIsCrash: false,
}

/** Machines die and fill up; the network is whole. */
export const failingHosts: Faults = {
  ...wholeNetwork,
  crashRate: 0.08,
  crashAtByteRate: 0.12,
  diskFullRate: 0.06,
  rebootIsCrash: true,
  corruptingPeer: true,
}

/** The network falls apart again and again; every machine goes on. */
export const brokenNetwork: Faults = { ...wholeNetwork, partitionRate: 0.25, cutRate: 0.15, hangRate: 0.05 }

/** Everything at once. */
export const everything: Faults = { ...failingHosts, partitionRate: 0.12, cutRate: 0.08, hangRate: 0.04 }

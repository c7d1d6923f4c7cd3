/**
 * Up to so many hosts everybody may be connected to everybody. In a larger domain each host has a few neighbours, and
 * whatever goes from host to host takes that into account (docs/design/neighbours.md).
 */
export const everybodyMax = 24

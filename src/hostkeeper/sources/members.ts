/** What is in an archive, by the list that tar gives. */

/** The members that a plain directory could not hold: absolute ones, and those that go up. */
export function leavingMembers(listing: string): readonly string[] {
  return listing.split('\n').filter((name) => name.startsWith('/') || name.split('/').includes('..'))
}

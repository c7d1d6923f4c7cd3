/** How deeply JSON is nested, told before it is read: what reads it calls itself once for each level. */

/** Six are needed; what a later release adds has room, and no stack ends. */
const levelsMax = 64

const [openObject, openArray, closeObject, closeArray, quote, backslash] = [0x7b, 0x5b, 0x7d, 0x5d, 0x22, 0x5c]

/** Whether a text, which need not be JSON, has more than 64 brackets open at once outside its strings. */
export function isNestedDeeply(json: string): boolean {
  let levels = 0
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfString(json, at)
    else levels += levelsIn(code)
    if (levels > levelsMax) return true
  }
  return false
}

function levelsIn(code: number): number {
  if (code === openObject || code === openArray) return 1
  return code === closeObject || code === closeArray ? -1 : 0
}

/** Where the quote is that ends the string of the one at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let before = at
    while (json.charCodeAt(before - 1) === backslash) before -= 1
    // Each two of them stand for one, and make no quote another character.
    if ((at - before) % 2 === 0) return at
  }
  return json.length
}

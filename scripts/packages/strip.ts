/**
 * Takes out of a program what only debuggers read, as strip(1) does: symbols and debug sections. The programs of
 * binutils, LLVM and elfutils give three different files, and each release of them may give another one; a package
 * that two machines build has to be the same bytes. The format: elf(5).
 */

/** The parts of a 64-bit, little-endian ELF header that are read or written here, by their place in bytes. */
const header = { machine: 0x12, programHeaders: 0x20, sectionHeaders: 0x28, programCount: 0x38, sectionCount: 0x3c }
const headerNames = 0x3e
const programHeaderBytes = 56
const sectionHeaderBytes = 64
/** SHF_ALLOC: the section is in memory when the program runs. */
const inMemory = 0x2n

interface Section {
  readonly name: string
  /** Its 64 bytes, as they are in the file. */
  readonly entry: Buffer
}

/** The program without what is not in memory when it runs; `machine` is the e_machine that it has to have. */
export function stripped(program: Buffer, machine: number): Buffer {
  assertProgram(program, machine)
  const end = loadedBytes(program)
  const all = sections(program)
  const kept = all.filter(({ entry }) => entry.readBigUInt64LE(8) & inMemory)
  if (kept.some((section, index) => section !== all[index + 1])) throw new Error('an ELF program in an unusual order')
  const names = Buffer.from(`\0${[...kept.map(({ name }) => name), '.shstrtab'].join('\0')}\0`)
  const namesAt = end
  const tableAt = Math.ceil((namesAt + names.length) / 8) * 8

  // The first entry of a table of sections is empty.
  const table = Buffer.alloc((kept.length + 2) * sectionHeaderBytes)
  let nameAt = 1
  for (const [index, { name, entry }] of kept.entries()) {
    entry.copy(table, (index + 1) * sectionHeaderBytes)
    table.writeUInt32LE(nameAt, (index + 1) * sectionHeaderBytes)
    nameAt += Buffer.byteLength(name) + 1
  }
  namesEntry(nameAt, namesAt, names.length).copy(table, (kept.length + 1) * sectionHeaderBytes)

  const result = Buffer.alloc(tableAt + table.length)
  program.copy(result, 0, 0, end)
  names.copy(result, namesAt)
  table.copy(result, tableAt)
  result.writeBigUInt64LE(BigInt(tableAt), header.sectionHeaders)
  result.writeUInt16LE(kept.length + 2, header.sectionCount)
  result.writeUInt16LE(kept.length + 1, headerNames)
  return result
}

function assertProgram(program: Buffer, machine: number): void {
  const magic = program.subarray(0, 6).toString('latin1')
  if (magic !== '\x7fELF\x02\x01') throw new Error('not a 64-bit, little-endian ELF program')
  const found = program.readUInt16LE(header.machine)
  if (found !== machine) throw new Error(`an ELF program for machine ${found}, not ${machine}`)
}

/** Where the part of the file ends that is loaded into memory: p_offset + p_filesz of the last PT_LOAD. */
function loadedBytes(program: Buffer): number {
  const at = Number(program.readBigUInt64LE(header.programHeaders))
  const ends = Array.from({ length: program.readUInt16LE(header.programCount) }, (_, index) => {
    const entry = program.subarray(at + index * programHeaderBytes)
    return entry.readUInt32LE(0) === 1 ? Number(entry.readBigUInt64LE(8) + entry.readBigUInt64LE(32)) : 0
  })
  return Math.max(...ends)
}

/** The sections in their order, which the links between them count by: what is kept has to come first. */
function sections(program: Buffer): readonly Section[] {
  const at = Number(program.readBigUInt64LE(header.sectionHeaders))
  const entries = Array.from({ length: program.readUInt16LE(header.sectionCount) }, (_, index) =>
    program.subarray(at + index * sectionHeaderBytes, at + (index + 1) * sectionHeaderBytes),
  )
  const namesEntryOf = entries[program.readUInt16LE(headerNames)]
  if (namesEntryOf === undefined) throw new Error('an ELF program without the names of its sections')
  const namesAt = Number(namesEntryOf.readBigUInt64LE(24))
  return entries.map((entry) => {
    const start = namesAt + entry.readUInt32LE(0)
    return { name: program.toString('latin1', start, program.indexOf(0, start)), entry }
  })
}

/** The entry of the section that has the names: type SHT_STRTAB, one byte aligned. */
function namesEntry(name: number, at: number, bytes: number): Buffer {
  const entry = Buffer.alloc(sectionHeaderBytes)
  entry.writeUInt32LE(name, 0)
  entry.writeUInt32LE(3, 4)
  entry.writeBigUInt64LE(BigInt(at), 24)
  entry.writeBigUInt64LE(BigInt(bytes), 32)
  entry.writeBigUInt64LE(1n, 48)
  return entry
}

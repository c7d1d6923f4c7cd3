/**
 * What a program or a verb takes, as a value: help, manual, completion, "did you mean" and the reading of the words
 * itself come from it.
 */

/** What a word stands for. */
export interface WordType<T> {
  /** As in `takes a count`: for somebody who types something else. */
  readonly takes: string
  /** Undefined if the word is not one. */
  readonly parse: (word: string) => T | undefined
  /** What a shell can offer for it. */
  readonly completes?: Completed
}

/**
 * What a shell offers: these words, something it knows itself, something the program knows, or what the daemon is asked
 * for.
 */
export type Completed = readonly string[] | 'command' | 'files' | 'verbs' | Asked

/** What the daemon is asked for. If both are possible, a word with a slash in it is a path. */
export type Asked = 'branches' | 'changesets' | 'hosts' | 'paths' | 'branches or paths'

const verbatim = (word: string): string => word
/** A variable of a shell that nothing has set is no path. */
const notEmpty = (word: string): string | undefined => (word === '' ? undefined : word)
const aWord: WordType<string> = { takes: 'a word', parse: verbatim }
export const aFile: WordType<string> = { takes: 'a file', parse: notEmpty, completes: 'files' }
/** A word for another program, perhaps a file. */
export const anArgument: WordType<string> = { takes: 'a word', parse: verbatim, completes: 'files' }
export const aCommand: WordType<string> = { takes: 'a command', parse: verbatim, completes: 'command' }
export const aVerb: WordType<string> = { takes: 'a verb', parse: verbatim, completes: 'verbs' }
export const aBranch: WordType<string> = { takes: 'a branch', parse: verbatim, completes: 'branches' }
/** A path that the journal has, as it is on the host. */
export const aPath: WordType<string> = { takes: 'a path', parse: notEmpty, completes: 'paths' }
export const aBranchOrPath: WordType<string> = {
  takes: 'a branch or a path',
  parse: notEmpty,
  completes: 'branches or paths',
}
export const aChangeset: WordType<string> = { takes: 'a changeset', parse: verbatim, completes: 'changesets' }
export const aHost: WordType<string> = { takes: 'a host', parse: verbatim, completes: 'hosts' }
export const aCount: WordType<number> = {
  takes: 'a count',
  parse: (word) => (/^[1-9]\d{0,8}$/.test(word) ? Number(word) : undefined),
}

export interface Option<T = unknown> {
  /** As commander has them: `-c, --config <file>`. */
  readonly flags: string
  /** Lower case and no full stop, as in any list of options. */
  readonly describe: string
  /** Undefined for an option without a value. */
  readonly type: WordType<unknown> | undefined
  readonly many: boolean
  readonly fallback: unknown
  /** Gives the value that commander has for it its type. */
  readonly read: (value: unknown) => T
}

/** An option without a value. */
export function flag(flags: string, describe: string): Option<boolean> {
  return { flags, describe, type: undefined, many: false, fallback: undefined, read: (value) => value === true }
}

export const jsonFlag = flag('--json', 'print one JSON document')
export const jsonLinesFlag = flag('--json', 'print one JSON document a line')

/** An option with a value; the last one when it is given twice. */
export function value(flags: string, describe: string): Option<string | undefined>
export function value<T>(flags: string, describe: string, type: WordType<T>): Option<T | undefined>
export function value<T>(flags: string, describe: string, type: WordType<T>, fallback: T): Option<T>
export function value(flags: string, describe: string, type: WordType<unknown> = aWord, fallback?: unknown): Option {
  return { flags, describe, type, many: false, fallback, read: (one) => one }
}

/** An option with a value that may be given again. */
export function values<T>(flags: string, describe: string, type: WordType<T>): Option<readonly T[]> {
  return { flags, describe, type, many: true, fallback: [], read: (all) => all as readonly T[] }
}

export interface Argument<T = unknown> {
  /** As the usage shows it: `PATH`. */
  readonly name: string
  readonly describe: string
  readonly type: WordType<unknown>
  readonly required: boolean
  readonly many: boolean
  readonly read: (value: unknown) => T
}

/** A required word. */
export function word(name: string, describe: string, type: WordType<string> = aWord): Argument<string> {
  return { name, describe, type, required: true, many: false, read: (one) => one as string }
}

/** An optional word. */
export function optionalWord(
  name: string,
  describe: string,
  type: WordType<string> = aWord,
): Argument<string | undefined> {
  return { name, describe, type, required: false, many: false, read: (one) => one as string | undefined }
}

/** One word or more. */
export function words(name: string, describe: string, type: WordType<string> = aWord): Argument<readonly string[]> {
  return { name, describe, type, required: true, many: true, read: (all) => all as readonly string[] }
}

/** Any number of words. */
export function optionalWords(
  name: string,
  describe: string,
  type: WordType<string> = aWord,
): Argument<readonly string[]> {
  return { ...words(name, describe, type), required: false }
}

export type Options = Readonly<Record<string, Option>>
export type Arguments = Readonly<Record<string, Argument>>

export interface Declaration<O extends Options = Options, A extends Arguments = Arguments> {
  readonly options?: O
  /** In their order. */
  readonly arguments?: A
  /** Options of which only one may be given. */
  readonly exclusive?: readonly string[]
  /** Set if options are allowed only before the first word: from there on, all words are taken as they are. */
  readonly passThrough?: true
}

type Read<D> = { readonly [K in keyof D]: D[K] extends { read(value: unknown): infer T } ? T : never }
/** What was typed, under the names in the declaration. */
export type Typed<O extends Options, A extends Arguments> = Read<O> & Read<A>

/** What is done for a verb, or for a verb of a verb, as `bank add`. */
export interface Action<Context, O extends Options = Options, A extends Arguments = Arguments>
  extends Declaration<O, A> {
  readonly name: string
  readonly summary: string
  /** Does it; the exit status. Failures are thrown. */
  run(context: Context, typed: Typed<O, A>): Promise<number>
}

export interface Verb<Context, O extends Options = Options, A extends Arguments = Arguments>
  extends Omit<Action<Context, O, A>, 'run'> {
  /** What a person should know before using it; whole sentences. */
  readonly help: string
  /** Every exit status it can end with, except those of wrong use and of bugs, which any verb can have. */
  readonly exits: readonly number[]
  /** The verbs of this verb: one runs if its name is the first word. */
  readonly verbs?: readonly Action<Context>[]
  /** Missing if one of its verbs must follow. */
  run?(context: Context, typed: Typed<O, A>): Promise<number>
}

/** A program: its own flags, and what comes after them. */
export interface Program<O extends Options = Options, A extends Arguments = Arguments> extends Declaration<O, A> {
  readonly name: string
  /** Flags, by key, that go only with some verbs: whether with this one. */
  readonly takers?: Readonly<Record<string, (verb: Pick<Verb<never>, 'name' | 'options'>) => boolean>>
  /** Empty if the program has no verbs. */
  readonly verbs: readonly Verb<never>[]
  /** What `help` explains besides verbs. */
  readonly topics?: readonly Topic[]
}

/** Something that is not a verb and has a word. */
export interface Topic {
  readonly name: string
  readonly text: string
}

/** Options that exclude each other must be options of the same verb. */
type Checked<O extends Options> = { readonly exclusive?: readonly (keyof O & string)[] }

/** Declares the verbs of a program that passes them a `Context`; `More` is what they may say about themselves. */
export interface Declaring<Context, More = unknown> {
  /** What is typed arrives in `run` under the names of the options and arguments. */
  verb<O extends Options, A extends Arguments>(verb: Verb<Context, O, A> & Checked<O> & More): Verb<Context> & More
  /** The same for a verb of a verb. */
  action<O extends Options, A extends Arguments>(action: Action<Context, O, A> & Checked<O>): Action<Context>
}

export function declaring<Context, More = unknown>(): Declaring<Context, More> {
  // From here on a verb is handed what its own declaration makes of the words, and nothing else.
  return { verb: (verb) => verb as never, action: (action) => action as never }
}

/** What was typed to a program. */
export type TypedOf<P extends Declaration> = Typed<NonNullable<P['options']>, NonNullable<P['arguments']>>

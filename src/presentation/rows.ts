/** A name and what there is to say of it. */
export type Rows = readonly (readonly [name: string, value: string])[]

export type { VerifyRecord } from './host-record.ts'
export { HostRecords, type KeptRecord, type RecordMap } from './host-records.ts'
export { Inventory, type InventoryDeps } from './inventory.ts'
export { unheardMs } from './own-word.ts'

/** The part of parquetjs-lite that the tests use; the package has no types. */
declare module 'parquetjs-lite' {
  export class ParquetReader {
    static openBuffer(bytes: Buffer): Promise<ParquetReader>
    getCursor(): { next(): Promise<Record<string, unknown> | null> }
  }
}

/** The table's data as it comes over the wire: raw column buffers and a JSON header that describes them. */

export type ColumnKind = "run" | "text" | "category" | "status" | "number" | "time" | "duration";

export interface ColumnHeader {
  name: string;
  label: string;
  /** Heading under which the column chooser lists it: "run", "params", "metrics", "tags". */
  group: string;
  kind: ColumnKind;
  /** The field that holds its values as it is written in a query; none where the language has no word for it. */
  field?: string;
  /** None for the run's name, which the header's `runs` holds. */
  dtype?: "f64" | "i32";
  /** Byte offset into the buffer, a multiple of 8. */
  offset?: number;
  length: number;
  /** Dictionary of a text column: the data are codes into it, -1 = missing. */
  values?: string[];
  /** Which end of the column is the good one, where that is known. */
  best?: "min" | "max";
}

export interface FrameHeader {
  rows: number;
  columns: ColumnHeader[];
  runs: string[];
  /** Per row an index into the palette, -1 = no colour of its own. */
  colours: number[];
  title?: string;
  /** What the table says when there is no run at all: a sentence and what to type. */
  empty?: { text: string; code: string };
  /** Seconds since the epoch when the data were read. */
  fetched?: number;
  /** One line about runs that could not be read; empty when all are there. */
  missing?: string;
  /** Whether the kernel can read them again. */
  again?: boolean;
}

export interface NumberColumn extends ColumnHeader {
  data: Float64Array;
}

export interface CodeColumn extends ColumnHeader {
  codes: Int32Array;
  values: string[];
}

export type Column = NumberColumn | CodeColumn;

export interface Frame {
  header: FrameHeader;
  rows: number;
  columns: Column[];
  byName: Map<string, Column>;
}

export const isCodes = (column: Column): column is CodeColumn => "codes" in column;

/** Views over `buffer`, no copy; a buffer that is not 8-byte aligned is copied once. */
export function decodeFrame(header: FrameHeader, buffer: DataView | null): Frame {
  const bytes = alignedBytes(buffer);
  const columns = header.columns.map((column) => decodeColumn(column, bytes, header.runs));
  return { header, rows: header.rows, columns, byName: new Map(columns.map((c) => [c.name, c])) };
}

/** The bytes behind a DataView, in a buffer whose start is a multiple of 8. */
export function alignedBytes(view: DataView | null): Uint8Array {
  if (!view) return new Uint8Array(0);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return view.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

/** `length` doubles at byte `offset`; a header that points outside the bytes is an error, never garbage. */
export function doubles(bytes: Uint8Array, offset: number, length: number): Float64Array {
  check(bytes, offset, length * 8);
  return new Float64Array(bytes.buffer, bytes.byteOffset + offset, length);
}

function decodeColumn(column: ColumnHeader, bytes: Uint8Array, runs: string[]): Column {
  const { offset = 0, length } = column;
  if (column.kind === "run") return { ...column, codes: Int32Array.from(runs.keys()), values: runs };
  if (column.dtype === "f64") return { ...column, data: doubles(bytes, offset, length) };
  check(bytes, offset, length * 4);
  const codes = new Int32Array(bytes.buffer, bytes.byteOffset + offset, length);
  return { ...column, codes, values: column.values ?? [] };
}

function check(bytes: Uint8Array, offset: number, size: number): void {
  if (offset % 8 !== 0 || offset < 0 || offset + size > bytes.byteLength) {
    throw new RangeError(
      `column at byte ${offset} (${size} bytes) is outside the ${bytes.byteLength} bytes sent`,
    );
  }
}

/** Text of a cell of a text column; "" when missing. */
export function textAt(column: CodeColumn, row: number): string {
  return column.values[column.codes[row] ?? -1] ?? "";
}

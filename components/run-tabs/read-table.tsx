/** Reads comma- or tab-separated text (RFC 4180 quoting) up to a number of rows; `more` tells that rows were left out. */
export function readTable(text: string, separator: "," | "\t", maxRows: number): { rows: string[][]; more: boolean } {
  const reader = new TableReader(separator, maxRows);
  for (let index = 0; index < text.length && !reader.full; index += 1) index += reader.take(text, index);
  return reader.end();
}

class TableReader {
  readonly rows: string[][] = [];
  #row: string[] = [];
  #cell = "";
  #quoted = false;
  readonly #separator: string;
  readonly #maxRows: number;

  constructor(separator: string, maxRows: number) {
    this.#separator = separator;
    this.#maxRows = maxRows;
  }

  get full() {
    return this.rows.length > this.#maxRows;
  }

  /** Takes one character and answers how many more it consumed. */
  take(text: string, index: number): number {
    const char = text.charAt(index);
    if (this.#quoted) return this.#takeQuoted(char, text.charAt(index + 1));
    if (char === '"' && this.#cell === "") this.#quoted = true;
    else if (char === this.#separator) this.#endCell();
    else if (char === "\n") this.#endRow();
    else if (char !== "\r") this.#cell += char;
    return 0;
  }

  #takeQuoted(char: string, next: string): number {
    if (char !== '"') {
      this.#cell += char;
      return 0;
    }
    if (next !== '"') {
      this.#quoted = false;
      return 0;
    }
    this.#cell += '"';
    return 1;
  }

  #endCell() {
    this.#row.push(this.#cell);
    this.#cell = "";
  }

  #endRow() {
    this.#endCell();
    this.rows.push(this.#row);
    this.#row = [];
  }

  end(): { rows: string[][]; more: boolean } {
    if (this.#cell !== "" || this.#row.length > 0) this.#endRow();
    return { rows: this.rows.slice(0, this.#maxRows), more: this.full };
  }
}

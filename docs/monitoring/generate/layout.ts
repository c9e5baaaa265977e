/** Number and place of a panel on the dashboard. */
export interface Place {
  id: number;
  gridPos: { x: number; y: number; w: number; h: number };
}

/** Columns of a dashboard. */
const COLUMNS = 24;

/** Numbers panels and places them from left to right, in lines. */
export class Layout {
  #id = 0;
  #x = 0;
  #y = 0;
  /** Height of the line. */
  #height = 0;

  next(w: number, h: number): Place {
    if (this.#x + w > COLUMNS) this.#breakLine();
    const gridPos = { x: this.#x, y: this.#y, w, h };
    this.#x += w;
    this.#height = Math.max(this.#height, h);
    return { id: ++this.#id, gridPos };
  }

  /** A line of its own. */
  nextLine(h: number): Place {
    this.#breakLine();
    return this.next(COLUMNS, h);
  }

  #breakLine(): void {
    [this.#x, this.#y, this.#height] = [0, this.#y + this.#height, 0];
  }
}

/** HyperLogLog registers, from which the number of distinct items is estimated. */
export type CardinalityData = number[];

/** 2^12 registers: a standard error of 1.04 / sqrt(4096) = 1.6 %. */
const PRECISION = 12;
const REGISTERS = 2 ** PRECISION;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/**
 * Estimates the number of distinct strings in 4 KiB: HyperLogLog (Flajolet, Fusy, Gandouet,
 * Meunier, 2007), with linear counting for small numbers.
 */
export class Cardinality {
  readonly #registers = new Uint8Array(REGISTERS);

  add(item: string): void {
    const [high, low] = hash(item);
    const register = high >>> (32 - PRECISION);
    // The last 20 bits of the first half and all of the second: 52 bits.
    const rest = high << PRECISION;
    const zeros = rest === 0 ? 32 - PRECISION + Math.clz32(low) : Math.clz32(rest);
    const rank = zeros + 1;
    if (rank > (this.#registers[register] ?? 0)) this.#registers[register] = rank;
  }

  merge(data: CardinalityData): void {
    for (const [at, rank] of data.entries()) {
      if (rank > (this.#registers[at] ?? 0)) this.#registers[at] = rank;
    }
  }

  estimate(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    const isSmall = raw <= 2.5 * REGISTERS && empty > 0;
    return Math.round(isSmall ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  }

  data(): CardinalityData {
    return [...this.#registers];
  }
}

/** 64-bit hash in two halves: FNV-1a with two seeds and primes, then MurmurHash3's finalizer. */
function hash(item: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let at = 0; at < item.length; at++) {
    const code = item.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
  }
  return [mixed(a), mixed(b ^ item.length)];
}

function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

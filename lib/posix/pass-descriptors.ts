import { type Libc, LINUX } from './libc.ts';

/** Bytes of the note sent with each descriptor. */
const NOTE_BYTES = 4;

const MAX_AT_ONCE = 16;

/*
 * The structs of `sendmsg` on 64-bit little-endian Linux:
 * msghdr: name 8, name length 4 (+4), iovec 8, iovec count 8, control 8, control length 8, flags 4
 * iovec: base 8, length 8
 * cmsghdr: length 8, level 4, type 4, then the descriptors, 4 bytes each
 */
const MSGHDR_BYTES = 56;
const IOVEC_AT = 16;
const IOVEC_COUNT_AT = 24;
const CONTROL_AT = 32;
const CONTROL_LENGTH_AT = 40;
const IOVEC_BYTES = 16;
const CMSGHDR_BYTES = 16;
const FD_BYTES = 4;
const ALIGNMENT = 8;

/** Buffers of a C `msghdr` with room for descriptors. */
class Message {
  readonly header = Buffer.alloc(MSGHDR_BYTES);
  readonly notes = Buffer.alloc(MAX_AT_ONCE * NOTE_BYTES);
  readonly control = Buffer.alloc(CMSGHDR_BYTES + MAX_AT_ONCE * FD_BYTES);
  /** C refers to it by address: this field keeps it from being collected. */
  readonly #vector = Buffer.alloc(IOVEC_BYTES);

  constructor(libc: Libc) {
    this.header.writeBigUInt64LE(libc.address(this.#vector), IOVEC_AT);
    this.header.writeBigUInt64LE(1n, IOVEC_COUNT_AT);
    this.header.writeBigUInt64LE(libc.address(this.control), CONTROL_AT);
    this.#vector.writeBigUInt64LE(libc.address(this.notes), 0);
  }

  /** Sets the number of descriptors. */
  resize(count: number): void {
    this.#vector.writeUInt32LE(count * NOTE_BYTES, 8);
    const length = CMSGHDR_BYTES + count * FD_BYTES;
    this.header.writeUInt32LE(Math.ceil(length / ALIGNMENT) * ALIGNMENT, CONTROL_LENGTH_AT);
    this.control.writeUInt32LE(length, 0);
    this.control.writeInt32LE(LINUX.SOL_SOCKET, 8);
    this.control.writeInt32LE(LINUX.SCM_RIGHTS, 12);
  }
}

/** A descriptor and its 32-bit note; a received `fd` is -1 if the descriptor was lost. */
export interface PassedDescriptor {
  fd: number;
  note: number;
}

/** Sends descriptors to another process over a socket that preserves message boundaries. */
export class DescriptorSender {
  readonly #libc: Libc;
  readonly #socket: number;
  readonly #message: Message;

  constructor(libc: Libc, socket: number) {
    this.#libc = libc;
    this.#socket = socket;
    this.#message = new Message(libc);
  }

  /** Sends all of `passed` (16 at most) or none. Doesn't close them. @returns whether it sent */
  send(passed: readonly PassedDescriptor[]): boolean {
    const { header, notes, control } = this.#message;
    this.#message.resize(passed.length);
    for (const [index, { fd, note }] of passed.entries()) {
      notes.writeInt32LE(note, index * NOTE_BYTES);
      control.writeInt32LE(fd, CMSGHDR_BYTES + index * FD_BYTES);
    }
    const flags = LINUX.MSG_DONTWAIT | LINUX.MSG_NOSIGNAL;
    return this.#libc.sendmsg(this.#socket, header, flags) >= 0;
  }
}

/** Receives descriptors from a `DescriptorSender`. */
export class DescriptorReceiver {
  readonly #libc: Libc;
  readonly #socket: number;
  readonly #message: Message;

  constructor(libc: Libc, socket: number) {
    this.#libc = libc;
    this.#socket = socket;
    this.#message = new Message(libc);
  }

  /** Reads the next message; undefined if there is none. Some `fd`s may be missing (-1). */
  receive(): PassedDescriptor[] | undefined {
    const { header, notes, control } = this.#message;
    this.#message.resize(MAX_AT_ONCE);
    const flags = LINUX.MSG_DONTWAIT | LINUX.MSG_CMSG_CLOEXEC;
    const bytes = this.#libc.recvmsg(this.#socket, header, flags);
    if (bytes <= 0) return undefined;
    // The kernel truncates the list when this process is out of descriptors.
    const hasControl = header.readUInt32LE(CONTROL_LENGTH_AT) >= CMSGHDR_BYTES;
    const received = hasControl ? (control.readUInt32LE(0) - CMSGHDR_BYTES) / FD_BYTES : 0;
    return Array.from({ length: bytes / NOTE_BYTES }, (_, index) => ({
      note: notes.readInt32LE(index * NOTE_BYTES),
      fd: index < received ? control.readInt32LE(CMSGHDR_BYTES + index * FD_BYTES) : -1,
    }));
  }
}

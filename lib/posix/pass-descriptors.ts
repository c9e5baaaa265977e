import { type Libc, LINUX } from './libc.ts';

/** Bytes that go with each descriptor. */
const NOTE_BYTES = 4;

const MAX_AT_ONCE = 16;

/*
 * The structures of `sendmsg` on Linux with 64 bits, little endian:
 * msghdr: name 8, name length 4 (+4), iovec 8, count of iovecs 8, control 8, control length 8, flags 4
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

/** A message with room for descriptors, in the form of C. */
class Message {
  readonly header = Buffer.alloc(MSGHDR_BYTES);
  readonly notes = Buffer.alloc(MAX_AT_ONCE * NOTE_BYTES);
  readonly control = Buffer.alloc(CMSGHDR_BYTES + MAX_AT_ONCE * FD_BYTES);
  /** Referenced by address only: it must stay referenced from here too. */
  readonly #vector = Buffer.alloc(IOVEC_BYTES);

  constructor(libc: Libc) {
    this.header.writeBigUInt64LE(libc.address(this.#vector), IOVEC_AT);
    this.header.writeBigUInt64LE(1n, IOVEC_COUNT_AT);
    this.header.writeBigUInt64LE(libc.address(this.control), CONTROL_AT);
    this.#vector.writeBigUInt64LE(libc.address(this.notes), 0);
  }

  /** Says for how many descriptors it is. */
  resize(count: number): void {
    this.#vector.writeUInt32LE(count * NOTE_BYTES, 8);
    const length = CMSGHDR_BYTES + count * FD_BYTES;
    this.header.writeUInt32LE(Math.ceil(length / ALIGNMENT) * ALIGNMENT, CONTROL_LENGTH_AT);
    this.control.writeUInt32LE(length, 0);
    this.control.writeInt32LE(LINUX.SOL_SOCKET, 8);
    this.control.writeInt32LE(LINUX.SCM_RIGHTS, 12);
  }
}

/** A descriptor, and a 32-bit note that goes with it. */
export interface PassedDescriptor {
  fd: number;
  note: number;
}

/** Sends descriptors to another process, over a socket that keeps messages apart. */
export class DescriptorSender {
  readonly #libc: Libc;
  readonly #socket: number;
  readonly #message: Message;

  constructor(libc: Libc, socket: number) {
    this.#libc = libc;
    this.#socket = socket;
    this.#message = new Message(libc);
  }

  /** Sends all of `passed` (16 at most) or nothing; tells which. The descriptors stay open here. */
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

/** Receives what a `DescriptorSender` sends. */
export class DescriptorReceiver {
  readonly #libc: Libc;
  readonly #socket: number;
  readonly #message: Message;

  constructor(libc: Libc, socket: number) {
    this.#libc = libc;
    this.#socket = socket;
    this.#message = new Message(libc);
  }

  /** The next message, which may have come without its descriptors; undefined when there is none. */
  receive(): PassedDescriptor[] | undefined {
    const { header, notes, control } = this.#message;
    this.#message.resize(MAX_AT_ONCE);
    const flags = LINUX.MSG_DONTWAIT | LINUX.MSG_CMSG_CLOEXEC;
    const bytes = this.#libc.recvmsg(this.#socket, header, flags);
    if (bytes <= 0) return undefined;
    // The kernel cuts the list short when this process has no descriptors left.
    const hasControl = header.readUInt32LE(CONTROL_LENGTH_AT) >= CMSGHDR_BYTES;
    const received = hasControl ? (control.readUInt32LE(0) - CMSGHDR_BYTES) / FD_BYTES : 0;
    return Array.from({ length: bytes / NOTE_BYTES }, (_, index) => ({
      note: notes.readInt32LE(index * NOTE_BYTES),
      fd: index < received ? control.readInt32LE(CMSGHDR_BYTES + index * FD_BYTES) : -1,
    }));
  }
}

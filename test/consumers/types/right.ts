import { CpuBound, CpuBoundIf, IoBound } from 'nestjs-buttress';

export class Right {
  @CpuBound()
  async compute(size: number): Promise<number> {
    return size;
  }

  @CpuBoundIf((size: number) => size > 1)
  computeLarge(size: number): Promise<number> {
    return this.compute(size);
  }

  @IoBound({ cancel: 'abandon', transfer: (bytes: Uint8Array<ArrayBuffer>) => [bytes.buffer] })
  async read(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return bytes.length;
  }
}

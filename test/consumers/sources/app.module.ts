import { Injectable, Module } from '@nestjs/common';
import { ButtressModule, CpuBound } from 'nestjs-buttress';

@Injectable()
export class Sums {
  @CpuBound()
  async add(numbers: number[]): Promise<{ sum: number; isCopy: boolean }> {
    const isCopy = numbers !== Sums.last;
    return { sum: numbers.reduce((sum, one) => sum + one, 0), isCopy };
  }

  /** What the caller gave. */
  static last: number[] | undefined;
}

@Module({
  imports: [
    ButtressModule.forRoot({
      threads: { module: new URL('./thread.module.js', import.meta.url) },
    }),
  ],
  providers: [Sums],
})
export class AppModule {}

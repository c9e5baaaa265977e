import { Module, type Provider, Scope } from '@nestjs/common';

import {
  DependentWork,
  DuplicateWork,
  InheritingWork,
  RequestWork,
  Secret,
  TransientWork,
  WORK,
  Work,
} from './work.js';

const inject = [Secret];
const useFactory = (secret: Secret): Work => new Work(secret);
const useRequestFactory = (secret: Secret): RequestWork => new RequestWork(secret);

@Module({ providers: [Secret, { provide: WORK, useClass: Work }] })
export class ClassModule {}

@Module({ providers: [Secret, { provide: WORK, inject, useFactory }] })
export class FactoryModule {}

@Module({ providers: [{ provide: WORK, useValue: new Work(new Secret()) }] })
export class ValueModule {}

@Module({ providers: [Secret, Work, { provide: WORK, useExisting: Work }] })
export class AliasModule {}

@Module({ providers: [Secret, { provide: WORK, useClass: InheritingWork }] })
export class InheritedModule {}

@Module({ providers: [Secret, { provide: WORK, useClass: RequestWork }] })
export class RequestModule {}

@Module({ providers: [Secret, RequestWork, { provide: WORK, useExisting: RequestWork }] })
export class RequestAliasModule {}

@Module({
  providers: [
    Secret,
    { provide: WORK, inject, scope: Scope.REQUEST, useFactory: useRequestFactory },
  ],
})
export class RequestFactoryModule {}

@Module({ providers: [Secret, { provide: WORK, useClass: TransientWork }] })
export class TransientModule {}

@Module({ providers: [Secret, RequestWork, { provide: WORK, useClass: DependentWork }] })
export class DependentModule {}

@Module({ providers: [Secret, Work, { provide: WORK, useClass: Work }] })
export class TokensModule {}

const own: Provider[] = [Secret, Work];

@Module({ providers: own })
class LeftModule {}

@Module({ providers: own })
class RightModule {}

@Module({ imports: [LeftModule, RightModule] })
export class TwinModule {}

/** Methods that say that they are one. */
@Module({ providers: [Secret, { provide: WORK, useClass: DuplicateWork }] })
export class DuplicateModule {}

/** One of its kind in the application, two in threads. */
@Module({ imports: [ClassModule, LeftModule] })
export class ThreadTwinModule {}

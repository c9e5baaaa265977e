import type { MetaSetup } from 'nestjs-buttress';

const setup: MetaSetup = { users: { op: { password: 'sesame', access: 'read' } } };

export default setup;
